"""What a new installation offers. Operators change it in the admin; from then on the database says it, not this file.

Amounts are in the smallest unit of a currency; a year costs ten months.
"""

from typing import Any, Final

_MONTHS_OF_A_YEAR: Final = 10


def _amounts(**month: int) -> dict[str, dict[str, int]]:
    return {"month": month, "year": {currency: minor * _MONTHS_OF_A_YEAR for currency, minor in month.items()}}


_SOFT: Final = ["messages", "ai_tokens", "knowledge_queries", "api_calls", "storage_mb"]
# For each unit beyond the limit; a part of a cent adds up.
_DEAR: Final = {
    "messages": {"BRL": "6", "USD": "1.5", "EUR": "1.4"},
    "ai_tokens": {"BRL": "0.012", "USD": "0.0025", "EUR": "0.0024"},
    "knowledge_queries": {"BRL": "4", "USD": "1", "EUR": "0.9"},
    "api_calls": {"BRL": "0.2", "USD": "0.05", "EUR": "0.05"},
    "storage_mb": {"BRL": "1", "USD": "0.25", "EUR": "0.25"},
}
_CHEAP: Final = {
    "messages": {"BRL": "4", "USD": "1", "EUR": "0.9"},
    "ai_tokens": {"BRL": "0.008", "USD": "0.0016", "EUR": "0.0015"},
    "knowledge_queries": {"BRL": "3", "USD": "0.7", "EUR": "0.6"},
    "api_calls": {"BRL": "0.1", "USD": "0.02", "EUR": "0.02"},
    "storage_mb": {"BRL": "0.6", "USD": "0.15", "EUR": "0.15"},
}


FREE: Final[dict[str, Any]] = {
    "limits": {
        "messages": 1_000, "contacts": 500, "numbers": 1, "professionals": 3, "flows": 5, "campaigns": 0,
        "ai_tokens": 50_000, "knowledge_queries": 100, "api_calls": 10_000, "storage_mb": 250,
        "messages_per_second": 5, "api_requests_per_minute": 300,
    },
    "soft": [],
    "features": ["deposits"],
    "amounts": _amounts(BRL=0, USD=0, EUR=0),
    "overage": {},
}  # fmt: skip
STARTER: Final[dict[str, Any]] = {
    "limits": {
        "messages": 5_000, "contacts": 3_000, "numbers": 1, "professionals": 6, "flows": 15, "campaigns": 4,
        "ai_tokens": 500_000, "knowledge_queries": 1_000, "api_calls": 50_000, "storage_mb": 2_000,
        "messages_per_second": 20, "api_requests_per_minute": 600,
    },
    "soft": _SOFT,
    "features": ["deposits"],
    "amounts": _amounts(BRL=7_900, USD=1_900, EUR=1_900),
    "overage": _DEAR,
}  # fmt: skip
PRO: Final[dict[str, Any]] = {
    "limits": {
        "messages": 20_000, "contacts": 20_000, "numbers": 3, "professionals": 20, "flows": 50, "campaigns": 30,
        "ai_tokens": 3_000_000, "knowledge_queries": 10_000, "api_calls": 250_000, "storage_mb": 10_000,
        "messages_per_second": 80, "api_requests_per_minute": 1_200,
    },
    "soft": _SOFT,
    "features": ["deposits", "custom_roles", "audit_export"],
    "amounts": _amounts(BRL=19_900, USD=4_900, EUR=4_500),
    "overage": _DEAR,
}  # fmt: skip
AGENCY: Final[dict[str, Any]] = {
    "limits": {
        "messages": 100_000, "contacts": 150_000, "numbers": 15, "professionals": 120, "flows": 300,
        "ai_tokens": 20_000_000, "knowledge_queries": 100_000, "api_calls": 2_000_000, "storage_mb": 100_000,
        "messages_per_second": 300, "api_requests_per_minute": 3_000,
    },
    "soft": _SOFT,
    "features": ["deposits", "custom_roles", "audit_export"],
    "amounts": _amounts(BRL=59_900, USD=14_900, EUR=13_900),
    "overage": _CHEAP,
}  # fmt: skip
# For the demo, and for salons that the platform does not bill.
UNLIMITED: Final[dict[str, Any]] = {"limits": {}, "soft": [], "features": ["*"], "amounts": {}, "overage": {}}

# Code, name, whether it is offered, what its first version says; in the order in which they are shown.
CATALOGUE: Final[tuple[tuple[str, str, bool, dict[str, Any]], ...]] = (
    ("free", "Free", True, FREE),
    ("starter", "Starter", True, STARTER),
    ("pro", "Pro", True, PRO),
    ("agency", "Agency", True, AGENCY),
    ("unlimited", "Unlimited", False, UNLIMITED),
)
