"""When a deposit is asked for, and how much: the salon's rule or the service's own, by the guest's history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from crm.bookings.defaults import policy
from crm.bookings.models import Booking, BookingItem, Service

WHEN: Final = ("never", "new", "after_no_show", "always")
KINDS: Final = ("fixed", "percent")
MOST_MINOR: Final = 10**10
CAME: Final = ("arrived", "done")


class Wrong(ValueError):
    """No rule."""


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a guest."""

    visits: int = 0
    no_shows: int = 0


def checked(value: Any) -> dict[str, Any]:
    """A rule as it may be kept; empty: none of its own. Raises Wrong."""
    if not isinstance(value, Mapping):
        raise Wrong("Must be a rule.")
    if not value:
        return {}
    when = value.get("when")
    if when not in WHEN:
        raise Wrong(f"`when` must be one of {', '.join(WHEN)}.")
    if when == "never":
        return {"when": "never"}
    kind, amount, no_shows = value.get("kind"), value.get("value"), value.get("no_shows", 1)
    if kind not in KINDS:
        raise Wrong("`kind` must be fixed or percent.")
    most = 100 if kind == "percent" else MOST_MINOR
    if not isinstance(amount, int) or isinstance(amount, bool) or not 1 <= amount <= most:
        raise Wrong(f"`value` must be 1 to {most}.")
    if not isinstance(no_shows, int) or isinstance(no_shows, bool) or not 1 <= no_shows <= 20:
        raise Wrong("`no_shows` must be 1 to 20.")
    found: dict[str, Any] = {"when": when, "kind": kind, "value": amount}
    return found | ({"no_shows": no_shows} if when == "after_no_show" else {})


def due(booking: Booking) -> int:
    """What is asked for before the visit is booked, in minor units; never more than it costs."""
    items = list(BookingItem.objects.filter(booking=booking).select_related("service").order_by("position"))
    common = policy().deposit
    rules = [_rule(item.service, common) for item in items]
    if not any(rules):
        return 0
    history = history_of(booking.contact_id, but=booking.pk)
    amount = sum(
        _amount(rule, item.price_minor) for rule, item in zip(rules, items, strict=True) if _holds(rule, history)
    )
    return max(0, min(amount, booking.price_minor))


def may_be_due(services: Sequence[int]) -> bool:
    """Whether any of these has a rule, whatever the guest's history says."""
    common = policy().deposit
    return any(_rule(one, common) for one in Service.objects.filter(pk__in=services))


def fee(booking: Booking) -> int:
    """What is asked for when the guest did not come: the services' own fees, or the salon's once."""
    services = Service.objects.filter(pk__in=BookingItem.objects.filter(booking=booking).values("service_id"))
    own = list(services.values_list("no_show_fee_minor", flat=True))
    common = policy().no_show_fee_minor or 0
    given = [one for one in own if one is not None]
    amount = sum(given) if len(given) == len(own) else max(sum(given), common)
    return max(0, min(amount, booking.price_minor) if booking.price_minor else amount)


def history_of(contact: int | None, *, but: int = 0) -> History:
    """How often they came, and how often they did not."""
    if contact is None:
        return History()
    states: Sequence[str] = list(
        Booking.objects.filter(contact=contact, state__in=(*CAME, "no_show"))
        .exclude(pk=but)
        .values_list("state", flat=True)
    )
    return History(_count(states, CAME), _count(states, ("no_show",)))


def _rule(service: Service, common: Mapping[str, Any]) -> Mapping[str, Any]:
    rule: Mapping[str, Any] = service.deposit or common
    return {} if rule.get("when", "never") == "never" else rule


def _holds(rule: Mapping[str, Any], history: History) -> bool:
    when = rule.get("when")
    if when == "always":
        return True
    if when == "new":
        return not history.visits
    return when == "after_no_show" and history.no_shows >= int(rule.get("no_shows", 1))


def _amount(rule: Mapping[str, Any], price: int) -> int:
    value = int(rule.get("value", 0))
    return -(-price * value // 100) if rule.get("kind") == "percent" else value


def _count(states: Iterable[str], wanted: Sequence[str]) -> int:
    return sum(state in wanted for state in states)
