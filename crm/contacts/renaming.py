"""Meta's notice that people have other ids from now on (webhook field `user_id_update`)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from channels_wa.inbound.identity import BSUID, identity
from channels_wa.inbound.parse.scalars import many, moment, one
from channels_wa.numbers.queries import own_numbers_ever
from crm.contacts.identities import Key, Rename
from crm.contacts.same_person import Doubt, settle
from ops import clock
from ops.eventqueue.handling import Heard


def on_user_ids(events: Sequence[Heard]) -> None:
    """{"user_id_update": [{"wa_id": …, "user_id": {"previous": …, "current": …}}]}: the same people, named anew."""
    portfolios: dict[str, set[str]] = {}
    for waba_id, former, portfolio in own_numbers_ever().values_list("waba_id", "former_waba_id", "portfolio"):
        portfolios.setdefault(waba_id, set()).add(portfolio)
        portfolios.setdefault(former, set()).add(portfolio)
    found = [
        _doubt(portfolio, old, new, at)
        for event in events
        for old, new, at in _renames(event.payload.get("value"))
        for portfolio in sorted(portfolios.get(str(event.payload.get("waba_id")), ()))
    ]
    if found:
        settle(found)


def _doubt(portfolio: str, old: str, new: str, at: datetime) -> Doubt:
    rename = Rename(Key(portfolio, BSUID, old), Key(portfolio, BSUID, new))
    return Doubt((rename.new,), rename, at)


def _renames(value: Any) -> Iterator[tuple[str, str, datetime]]:
    for update in many(one(value).get("user_id_update")):
        ids = one(update.get("user_id"))
        old, new = identity(ids.get("previous")), identity(ids.get("current"))
        if old and new and old.kind == new.kind == BSUID and old != new:
            yield old.value, new.value, moment(update.get("timestamp")) or clock.now()
