"""What a version of a plan may say; each mistake names the field, what was wrong, and what would be right."""

from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.translation import gettext as _

from billing.plans.names import ALL_FEATURES, CURRENCIES, FEATURES, INTERVALS, LIMITS, OVERAGES, RATES

FIELDS: Final = ("limits", "soft", "features", "amounts", "overage")
EMPTY: Final[dict[str, Any]] = {"limits": {}, "soft": [], "features": [], "amounts": {}, "overage": {}}


class WrongTerms(ValueError):
    """A field of the terms cannot be used; the message says what would be right."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def checked(terms: dict[str, Any]) -> dict[str, Any]:
    """The terms with all fields. Raises WrongTerms."""
    found = {name: EMPTY[name] if terms.get(name) in (None, "") else terms[name] for name in FIELDS}
    _limits(found["limits"])
    _names("soft", found["soft"], set(OVERAGES))
    _names("features", found["features"], {*FEATURES, ALL_FEATURES})
    _amounts(found["amounts"])
    _overage(found["overage"])
    for name in found["soft"]:
        if name not in found["limits"]:
            raise WrongTerms("soft", _("“%(name)s” has no limit that could be passed; name one.") % {"name": name})
        missing = set(_currencies(found["amounts"])) - set(found["overage"].get(name, {}))
        if missing:
            words = _("“%(name)s” may be passed, so it needs a price in %(currencies)s.")
            raise WrongTerms("overage", words % {"name": name, "currencies": ", ".join(sorted(missing))})
    return found


def _limits(limits: Any) -> None:
    if not isinstance(limits, dict) or not all(_is_number(value) for value in limits.values()):
        raise WrongTerms("limits", _('Limits are names with numbers, e.g. {"messages_per_second": 20}.'))
    _known("limits", limits, {*LIMITS, *RATES})


def _names(field: str, names: Any, known: set[str]) -> None:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise WrongTerms(
            field, _("Write a list of names, e.g. %(example)s.") % {"example": f'["{min(known - {"*"})}"]'}
        )
    _known(field, names, known)


def _amounts(amounts: Any) -> None:
    example = '{"month": {"BRL": 7900}, "year": {"BRL": 79000}}'
    words = _("Amounts are in the smallest unit of a currency, for each interval, e.g. %(example)s.")
    if not isinstance(amounts, dict) or not all(isinstance(one, dict) for one in amounts.values()):
        raise WrongTerms("amounts", words % {"example": example})
    _known("amounts", amounts, set(INTERVALS))
    for by_currency in amounts.values():
        _known("amounts", by_currency, set(CURRENCIES))
        if not all(isinstance(value, int) and _is_number(value) for value in by_currency.values()):
            raise WrongTerms("amounts", words % {"example": example})


def _overage(overage: Any) -> None:
    words = _("Prices of what is beyond a limit are for one unit, e.g. %(example)s.")
    example = {"example": '{"messages": {"BRL": "6"}}'}
    if not isinstance(overage, dict) or not all(isinstance(one, dict) for one in overage.values()):
        raise WrongTerms("overage", words % example)
    _known("overage", overage, set(OVERAGES))
    for by_currency in overage.values():
        _known("overage", by_currency, set(CURRENCIES))
        if not all(_is_price(value) for value in by_currency.values()):
            raise WrongTerms("overage", words % example)


def _known(field: str, names: Any, known: set[str]) -> None:
    for name in names:
        if name not in known:
            words = _("“%(name)s” is not known here; use %(known)s.")
            raise WrongTerms(field, words % {"name": name, "known": ", ".join(sorted(known))})


def _currencies(amounts: dict[str, dict[str, int]]) -> list[str]:
    return [currency for by_currency in amounts.values() for currency in by_currency]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _is_price(value: object) -> bool:
    try:
        return not isinstance(value, bool) and Decimal(str(value)).is_finite() and Decimal(str(value)) >= 0
    except InvalidOperation:
        return False
