"""The guest of previews and of formulas that are tried: Ana, who has written just now."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from ops import clock

JSON = dict[str, Any]
# What guests answer to each kind of question.
SAMPLES: Final[dict[str, Any]] = {
    "text": "Ana",
    "number": 3,
    "date": "2026-12-24",
    "phone": "+5511987654321",
    "email": "ana@example.com",
}


def world(salon: str) -> JSON:
    """What expressions see, but for the variables."""
    return {
        "contact": {
            "name": "Ana Souza", "first_name": "Ana", "phone": "+5511987654321", "language": "pt_BR", "tags": ["vip"],
            "fields": {},
        },
        "salon": {"name": salon},
        "message": sample_message(),
        "vars": {},
        "trigger": {"kind": "message"},
        "event": None,
    }  # fmt: skip


def moment(zone: str = "America/Sao_Paulo") -> datetime:
    """Now, by the salon's clock."""
    return clock.now().astimezone(ZoneInfo(zone))


def sample_message() -> JSON:
    """What Ana has written."""
    return {"text": _("Hi! Is there a free time on Saturday?"), "kind": "text"}
