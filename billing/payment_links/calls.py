"""Calling the provider: each call by a timer, made with nothing locked, and asked once more when nobody knows what
became of it; our reference makes the second one harmless."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from billing.payment_links import actions
from billing.payment_links.actions import CREATE, REFUND, WITHDRAW
from billing.payment_links.models import PaymentLink
from billing.payment_links.port import Made, Refused, Unavailable
from billing.payment_links.providers import provider_of
from ops import clock
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many
from ops.timers.registry import Call, Due

State = PaymentLink.State
# A provider that does not answer is asked for about three days: money of guests hangs on it.
FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(hours=1)
MOST_TRIES: Final = 80


class Creating:
    """See ops.timers.registry.Caller."""

    def prepare(self, due: Sequence[Due]) -> list[Call | None]:
        """For those that nobody made yet."""
        rows = _rows(due)
        return [_create(rows[int(one.subject)]) if int(one.subject) in rows else None for one in due]

    def settle(self, done: Sequence[tuple[Due, Any]]) -> None:
        """The page is there, or the provider does not want it."""
        for one, made in sorted(done, key=lambda it: int(it[0].subject)):
            if isinstance(made, Unavailable) and _again(
                one, lambda due, at: NewTimer(CREATE, due.subject, at, due.version + 1)
            ):
                continue
            link = actions.locked(int(one.subject))
            if isinstance(made, Made):
                actions.opened(link, made.ref, made.url)
            else:
                actions.failed(link, str(made))


class Refunding:
    """See ops.timers.registry.Caller."""

    def prepare(self, due: Sequence[Due]) -> list[Call | None]:
        """For those that are being paid back."""
        rows = _rows(due)
        found: list[Call | None] = []
        for one in due:
            link = rows.get(int(one.subject))
            wants = link is not None and link.state == State.REFUNDING
            found.append(_refund(link) if link is not None and wants else None)
        return found

    def settle(self, done: Sequence[tuple[Due, Any]]) -> None:
        """The provider has taken it on."""
        for one, refused in sorted(done, key=lambda it: int(it[0].subject)):
            if isinstance(refused, Unavailable) and _again(
                one, lambda due, at: NewTimer(REFUND, due.subject, at, due.version + 1)
            ):
                continue
            link = actions.locked(int(one.subject))
            if refused is None:
                actions.refunded(link)
            else:
                actions.not_refunded(link, str(refused))


class Withdrawing:
    """See ops.timers.registry.Caller."""

    def prepare(self, due: Sequence[Due]) -> list[Call | None]:
        """For those that have a page."""
        rows = _rows(due)
        found: list[Call | None] = []
        for one in due:
            link = rows.get(int(one.subject))
            found.append(_withdraw(link) if link is not None and link.provider_ref else None)
        return found

    def settle(self, done: Sequence[tuple[Due, Any]]) -> None:
        """What it says changes nothing here: it was closed before. But it must have heard it."""
        for one, said in done:
            if isinstance(said, Unavailable):
                _again(one, lambda due, at: NewTimer(WITHDRAW, due.subject, at, due.version + 1))


def _rows(due: Sequence[Due]) -> dict[int, PaymentLink]:
    return {row.pk: row for row in PaymentLink.objects.filter(pk__in=[int(one.subject) for one in due])}


def _create(link: PaymentLink) -> Call | None:
    if link.state != State.WANTED:
        return None
    provider = provider_of(link.provider)
    given = (link.amount_minor, link.currency, actions.reference_of(link), link.description, link.expires_at)
    return partial(_or_refused, partial(provider.create, *given))


def _refund(link: PaymentLink) -> Call:
    provider = provider_of(link.provider)
    given = (link.provider_ref, link.refunded_minor, actions.reference_of(link))
    return partial(_or_refused, partial(provider.refund, *given))


def _withdraw(link: PaymentLink) -> Call:
    return partial(_or_refused, partial(provider_of(link.provider).withdraw, link.provider_ref))


async def _or_refused(call: Call) -> Any:
    try:
        return await call()
    except (Refused, Unavailable) as error:
        return error


def _again(one: Due, timer: Callable[[Due, datetime], NewTimer]) -> bool:
    """Ask once more, later each time, by a timer of its own: the one that fires is finished beside it. False: it was
    asked often enough."""
    tried = one.version % actions.TRIES
    if tried >= MOST_TRIES:
        return False
    wait = min(FIRST_WAIT * 2 ** min(tried, 20), LONGEST_WAIT)
    set_many(current_salon_id(), [timer(one, clock.now() + wait)])
    return True
