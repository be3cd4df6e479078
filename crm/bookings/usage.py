"""What the plan counts of bookings: each visit."""

from collections.abc import Sequence

from billing.metering.kinds import Kind
from billing.metering.recording import Usage, record_many
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id


def on_booked(events: Sequence[Heard]) -> None:
    """`booking.booked`: a visit counts once, however often it is moved or told of."""
    salon_id = current_salon_id()
    if salon_id is not None:
        record_many(
            [
                Usage(
                    salon_id=salon_id,
                    kind=Kind.BOOKINGS,
                    key=f"booking:{one.subject}",
                    at=one.at,
                    subject=str(one.subject),
                )
                for one in events
            ]
        )
