"""A button with which the guest sends where they are."""

from typing import Literal

from channels_wa.outbox.content.interactive.around import Body
from channels_wa.outbox.content.part import Part


class LocationAction(Part):
    """The button's words are WhatsApp's."""

    name: Literal["send_location"]


class LocationRequest(Part):
    """In the Cloud API's form; it has neither header nor footer."""

    type: Literal["location_request_message"]
    body: Body
    action: LocationAction
