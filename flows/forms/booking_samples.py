"""What steps of bookings keep, for autocomplete and previews, and how their lists look."""

from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.bookings.reminders import words as shared
from crm.bookings.talking import choices, times
from crm.consent.policy import policy
from flows.forms.samples import moment

JSON = dict[str, Any]
MOST_SHOWN: Final = 10


OFFERING: Final = frozenset(
    {"choose_service", "choose_professional", "find_slots", "find_booking", "hold_slot", "book", "reschedule"}
)


def is_for_us(node: JSON, name: str) -> bool:
    """Whether a variable is of no use to whoever draws: what was offered last, which time was taken."""
    return node.get("type") in OFFERING and name.endswith(("_options", "_taken"))


def kept_by(node: JSON, name: str) -> JSON | None:
    """Something that a variable of a step of bookings might hold; None for another step's."""
    kind = node.get("type")
    if kind == "choose_service":
        return {"id": "", "name": _("Haircut"), "price": "R$ 80", "minutes": 45}
    if kind == "choose_professional":
        return {"id": "", "name": "Bia"}
    if kind in ("find_slots", "hold_slot"):
        return _visit()
    if kind in ("book", "find_booking", "reschedule", "cancel_booking"):
        return {"id": "", "state": "booked", **_visit(), "may_change": True}
    if kind == "join_waitlist":
        day = moment().date().isoformat()
        return {"id": "", "services": _("Haircut"), "from_date": day, "to_date": day}
    if kind == "visit_rhythm":
        today = moment().date().isoformat()
        return {"days": 28, "visits": 5, "last": today, "due": today, "overdue_days": 0}
    return None


def rows_shown(node: JSON) -> tuple[str, list[tuple[str, str]]]:
    """The words on the button of its list, and its rows, as guests would see them now. Inside the salon."""
    found = _found(node)
    options: list[JSON] = found.get("options") or []
    button = str(node.get("button") or "…")
    if button == "…":
        button = str(options[0].get("button") or "…") if options else "…"
    rows = [(str(one["title"]), str(one["description"])) for one in options]
    if isinstance(more := found.get("more"), dict):
        rows.append((str(more["title"]), ""))
    return button, rows[:MOST_SHOWN]


def _found(node: JSON) -> JSON:
    asked: JSON = {"language": policy().language, "services": node.get("services") or []}
    if node.get("type") == "choose_service":
        return choices.services(asked)
    if node.get("type") == "choose_professional":
        return choices.professionals({**asked, "services": []})
    if node.get("type") == "find_slots":
        if not asked["services"]:
            # Which one it will be is not known here: one of them shows how it looks.
            known = choices.services(asked)
            first = (known.get("options") or [{"value": known.get("picked") or {}}])[0]["value"]
            asked["services"] = [first.get("id")]
        return times.slots(asked, None)
    return {}


def _visit() -> JSON:
    local = moment().replace(hour=15, minute=0, second=0, microsecond=0)
    return {
        "starts_at": local.isoformat(),
        "date": local.date().isoformat(),
        "time": "15:00",
        "when": shared.when(shared.language_of(get_language() or ""), local),
        "services": _("Haircut"),
        "professional": "Bia",
        "price": "R$ 80",
    }
