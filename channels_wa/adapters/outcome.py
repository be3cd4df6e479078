"""What became of a call, and what may be done about it."""

from dataclasses import dataclass
from enum import StrEnum


class ErrorClass(StrEnum):
    """Why a call was refused, by what may be done about it; the codes stand in `error_classes`."""

    SLOW_NUMBER = "slow_number"  # the whole number waits
    SLOW_PAIR = "slow_pair"  # this guest waits
    TRANSIENT = "transient"  # again later, a few times
    NOT_SENT = "not_sent"  # the connection was never made, so nothing can have left
    MEDIA = "media"  # once or twice more, then not
    SLOW_HOURS = "slow_hours"  # bulk stops for hours
    WAIT_A_DAY = "wait_a_day"  # never again soon
    RECIPIENT = "recipient"  # this guest cannot be reached
    NEEDS_TEMPLATE = "needs_template"  # the 24-hour window is closed
    CONTENT = "content"  # the message itself is wrong
    TEMPLATE_STATE = "template_state"  # the template is paused or disabled
    ACCOUNT_STOP = "account_stop"  # nothing leaves through this number until a person acts


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has it, under this id."""

    wamid: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The provider refused it, readably: it was not sent."""

    code: int | None
    error_class: ErrorClass
    details: str
    # How long the provider asked us to wait, where it said so.
    wait_s: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The bytes may have left and no readable answer came: never sent again blindly."""

    why: str


Outcome = Accepted | Rejected | Unknown
