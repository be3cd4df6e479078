"""Asking Meta how a number is, now."""

from dataclasses import dataclass
from datetime import UTC, datetime

from channels_wa.adapters.cloud_api.graph import GraphClient, GraphError
from channels_wa.adapters.outcome import ErrorClass
from channels_wa.numbers import actions, meta, words
from channels_wa.numbers.connecting import note_facts
from channels_wa.numbers.models import Number
from channels_wa.numbers.words import Refused
from ops.sealing import CannotOpen

TIMEOUT_S = 5.0
# What Meta says of a token that is of no use any more.
TOKEN_CODES = frozenset({0, 190})


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer; `facts` is None where Meta did not give one, and what is known is old then."""

    facts: meta.Facts | None
    problem: Refused | None
    token_expires_at: datetime | None = None

    @property
    def is_stale(self) -> bool:
        """Whether what we show is what we knew before."""
        return self.facts is None


def check(number: Number, *, timeout_s: float = TIMEOUT_S, with_token: bool = False) -> Checked:
    """Ask Meta, note what it says; a token that it refuses stops the number. Never raises for what Meta answers."""
    try:
        token = actions.token_of(number)
        facts = meta.facts(GraphClient(token), number.phone_number_id, timeout_s=timeout_s)
        grant = meta.grant_of(token) if with_token else None
    except CannotOpen:
        return Checked(None, words.read("190"))
    except GraphError as error:
        if error.error_class is ErrorClass.ACCOUNT_STOP and error.code in TOKEN_CODES:
            actions.stop(number, f"{error.code}: {error}")
        return Checked(None, words.refused(error))
    note_facts(number, facts)
    until = datetime.fromtimestamp(grant.expires_at, UTC) if grant and grant.expires_at else None
    return Checked(facts, None, until)
