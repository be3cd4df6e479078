"""{"latitude": -23.5, "longitude": -46.6, "name": "Salão", "address": "Rua A, 1"}"""

from typing import Annotated

from pydantic import Field

from channels_wa.outbox.content.part import Part, Said

MAX_WORDS = 1000


class Location(Part):
    """A place on the map."""

    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    name: Annotated[Said, Field(max_length=MAX_WORDS)] | None = None
    address: Annotated[Said, Field(max_length=MAX_WORDS)] | None = None
