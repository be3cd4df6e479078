"""What services and professionals have in common in the API: times, segments, and the checks of them."""

from collections.abc import Callable
from typing import Any

from rest_framework import serializers

from crm.bookings import shapes

PRICE = "In the smallest coin: 8000 is R$ 80,00."
WEEK = "Seven days, Monday first, each a list of [start, end] in minutes since midnight of the salon's wall clock."
SEGMENTS = 'What happens in turn: "busy" takes the professional, in "processing" they are free for others.'
MOST_MINOR = 10**13


class Checked(serializers.JSONField):
    """JSON that one of `crm.bookings.shapes` lets pass."""

    def __init__(self, check: Callable[[Any], Any], **options: Any) -> None:
        self.check = check
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Any:
        """The checked value."""
        try:
            return self.check(super().to_internal_value(data))
        except shapes.Wrong as wrong:
            raise serializers.ValidationError(wrong.words) from None


class ServiceSegment(serializers.Serializer[Any]):
    """A part of a service."""

    kind = serializers.ChoiceField(choices=list(shapes.KINDS))
    minutes = serializers.IntegerField(min_value=1, max_value=shapes.LONGEST)
