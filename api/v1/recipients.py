"""Whom a program means by `to`: a phone in E.164, or a WhatsApp user id."""

from typing import Any

from rest_framework import serializers

from api.errors import invalid
from channels_wa.inbound.identity import BSUID, PHONE, Identity, identity
from channels_wa.messages.models import Identity as Known
from channels_wa.numbers.models import Number
from crm.contacts.actions import with_phone
from crm.contacts.models import Contact


def recipient(value: str) -> Identity:
    """A phone with its plus (without it a country code would be guessed), or a BSUID. Raises ValidationError."""
    read = identity(value)
    if read is None or not (read.kind == BSUID or (read.kind == PHONE and value.startswith("+"))):
        raise serializers.ValidationError("Must be a phone in E.164, e.g. +5511988881234, or a WhatsApp user id.")
    return read


def contact_of(to: Identity, number: Number, *, by: Any) -> Contact:
    """Their contact; of a phone that nobody knows it is written. Raises ValidationError."""
    if to.kind == PHONE:
        return with_phone(to.value, portfolio=number.portfolio, by=by)
    # A user id says nothing about who it is: only one who has written can be meant.
    known = Known.objects.filter(portfolio=number.portfolio, kind=to.kind, value=to.value).first()
    if known is None:
        raise invalid("to", "Nobody with this WhatsApp user id has written to this number.")
    return Contact.objects.get(pk=known.contact_id)
