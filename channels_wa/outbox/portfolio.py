"""Meta's messaging limit (WHATSAPP.md §4): how many guests a business portfolio may begin to talk to in a moving day.

Only a template outside of the service window begins a talk, and a guest counts once. All numbers of a portfolio share
the limit, in whichever salon they are. Valkey counts for all processes; who was talked to is written to
`portfolio_talk` before the call, so that a flush costs nothing but a look there. While Valkey is away the table counts.
"""

import json
import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import redis
from django.db import connection, transaction

from channels_wa.outbox.limiter import AWAY_S, quick_client
from channels_wa.outbox.message import Lane
from ops import clock

log = logging.getLogger(__name__)

REASON: Final = "portfolio_limit"
WINDOW = timedelta(hours=24)
# Of the limit: stays for reminders and people while a campaign runs.
_CAMPAIGN_LEAVES = 0.05
# What was claimed at a flush may still leave and is not in the table yet: it holds a place for so long.
_IN_FLIGHT = timedelta(minutes=2)
_SCRIPT = (Path(__file__).parent / "lua" / "portfolio.lua").read_text()


@dataclass(frozen=True, slots=True)
class Talk:
    """A message that would begin a talk."""

    portfolio: str
    guest: str
    limit: int
    """How many guests there may be with this one."""


def talk_of(*, portfolio: str, limit: int, salon_id: int, contact_id: int, lane: int) -> Talk:
    """What a message asks of its portfolio's limit."""
    leaves = int(limit * _CAMPAIGN_LEAVES) if lane == Lane.CAMPAIGN else 0
    return Talk(portfolio, f"{salon_id}:{contact_id}", limit - leaves)


def used(portfolio: str) -> int:
    """How many guests count against the portfolio's limit at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM public.portfolio_talk WHERE portfolio = %s AND at > %s",
            [portfolio, clock.now() - WINDOW],
        )
        return int(cursor.fetchone()[0])


class Portfolios:
    """The limits as one process asks for them."""

    def __init__(self, client: "redis.Redis | None" = None) -> None:
        self._client = client or quick_client()
        self._script = self._client.register_script(_SCRIPT)
        self._away_until = 0.0
        # Counted in the table while Valkey was away, so its set lacks them.
        self._stale: set[str] = set()

    def take(self, talks: Sequence[Talk], *, own_items: Sequence[int] = ()) -> list[float]:
        """For each how many seconds it must wait; 0: its guest counts from now on, and the call may be made.

        `own_items`: the outbox items that ask. Raises what the database raises.
        """
        waits = [0.0] * len(talks)
        places: dict[str, list[int]] = defaultdict(list)
        for place, talk in enumerate(talks):
            places[talk.portfolio].append(place)
        now = clock.now()
        for portfolio, mine in places.items():
            asked = [talks[place] for place in mine]
            found = self._shared(portfolio, asked, now, own_items)
            if found is None:
                self._stale.add(portfolio)
                found = _by_table(portfolio, asked, now)
            else:
                _note(portfolio, [talk.guest for talk, wait in zip(asked, found, strict=True) if not wait], now)
            for place, wait in zip(mine, found, strict=True):
                waits[place] = wait
        return waits

    def _shared(
        self, portfolio: str, talks: Sequence[Talk], now: datetime, own_items: Sequence[int]
    ) -> list[float] | None:
        if time.monotonic() < self._away_until:
            return None
        try:
            answer = None if portfolio in self._stale else self._ask(portfolio, talks, now)
            if answer is None:
                answer = self._ask(portfolio, talks, now, load=_known(portfolio, now, own_items))
                self._stale.discard(portfolio)
            return answer
        except redis.RedisError as error:
            log.warning("Valkey is away, the database counts guests of portfolios: %s", error)
            self._away_until = time.monotonic() + AWAY_S
            return None

    def _ask(
        self, portfolio: str, talks: Sequence[Talk], now: datetime, load: list[tuple[str, float]] | None = None
    ) -> list[float] | None:
        plan: dict[str, Any] = {
            "now": now.timestamp(),
            "window": WINDOW.total_seconds(),
            "asks": [(talk.guest, talk.limit) for talk in talks],
        }
        if load is not None:
            plan["load"] = load
        keys = [f"portfolio:{{{portfolio}}}:guests", f"portfolio:{{{portfolio}}}:refused"]
        is_whole, waits = self._script(keys=keys, args=[json.dumps(plan)])
        return [wait / 1000 for wait in waits] if is_whole else None


def _known(portfolio: str, now: datetime, own_items: Sequence[int]) -> list[tuple[str, float]]:
    """Who counts by the table, and a place for everything that others have claimed and may be about to send."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT guest, extract(epoch FROM at)::float FROM public.portfolio_talk WHERE portfolio = %s AND at > %s "
            "UNION ALL SELECT 'item:' || o.id, %s FROM public.outbox_item o JOIN public.number n ON n.id = o.number_id "
            "WHERE o.state = 'sending' AND n.portfolio = %s AND o.id <> ALL(%s)",
            [portfolio, now - WINDOW, (now - WINDOW + _IN_FLIGHT).timestamp(), portfolio, list(own_items)],
        )
        return [(guest, float(at)) for guest, at in cursor.fetchall()]


def _note(portfolio: str, guests: Sequence[str], now: datetime) -> None:
    if not guests:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.portfolio_talk AS t (portfolio, guest, at) SELECT %s, guest, %s "
            "FROM unnest(%s::text[]) AS new(guest) "
            "ON CONFLICT (portfolio, guest) DO UPDATE SET at = GREATEST(t.at, EXCLUDED.at)",
            [portfolio, now, sorted(set(guests))],  # in one order everywhere, so that two batches never deadlock
        )


@transaction.atomic
def _by_table(portfolio: str, talks: Sequence[Talk], now: datetime) -> list[float]:
    """The rule of lua/portfolio.lua, one process at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"portfolio:{portfolio}"])
        cursor.execute(
            "SELECT guest, at FROM public.portfolio_talk WHERE portfolio = %s AND at > %s ORDER BY at",
            [portfolio, now - WINDOW],
        )
        held: dict[str, datetime] = dict(cursor.fetchall())
    oldest = list(held.values())
    waits: list[float] = []
    for talk in talks:
        if talk.guest in held or len(held) < talk.limit:
            held[talk.guest] = now
            waits.append(0.0)
        else:
            turn = min(len(held) - talk.limit + sum(wait > 0 for wait in waits), len(oldest) - 1)
            free_at = oldest[turn] + WINDOW if oldest else now + WINDOW
            waits.append(max(1.0, (free_at - now).total_seconds()))
    _note(portfolio, [talk.guest for talk, wait in zip(talks, waits, strict=True) if not wait], now)
    return waits
