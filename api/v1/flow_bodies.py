"""What programs send about flows."""

import json
import re
from typing import Any

from rest_framework import serializers

from api.fields import Body, PublicIdField
from api.seeing import Shared
from api.v1.recipients import recipient
from channels_wa.inbound.identity import Identity
from channels_wa.numbers.queries import own_numbers
from crm.contacts.models import Contact
from flows.actions.keeping import HIGHEST, LONGEST_NAME, LOWEST
from flows.engine.limits import MAX_VALUE_BYTES
from flows.settings import FlowSettings
from tenants.access.roles import Permission

MOST_VARIABLES = 50
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")
GRAPH_HELP = "Nodes, and edges from their exits, as `graph` of a flow shows them."


class FlowIn(Body):
    """A new flow, as a draft: nothing begins until it is published."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    graph = serializers.DictField(required=False, help_text=f"{GRAPH_HELP} Without it: a start and nothing else.")
    settings = serializers.DictField(required=False, help_text="How it behaves beside its drawing.")

    def validate_settings(self, value: dict[str, Any]) -> dict[str, Any]:
        """As a flow keeps them."""
        return read_settings(value)


class FlowPatch(Body):
    """What is given is changed."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    is_active = serializers.BooleanField(required=False, help_text="Whether it may begin.")
    priority = serializers.IntegerField(min_value=LOWEST, max_value=HIGHEST, required=False)


class DraftIn(Body):
    """A drawing. `revision` is the one it was made on: another by now is answered 409."""

    revision = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    graph = serializers.DictField(help_text=GRAPH_HELP)


class PublishIn(Body):
    """Which draft, and a word about it."""

    revision = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, required=False, help_text="Else the draft as it is now."
    )
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class StartIn(Body):
    """With whom a flow begins."""

    contact = PublicIdField(Contact.objects, what="contact", required=False)
    to = serializers.CharField(
        max_length=160, required=False, help_text="Instead of `contact`: a phone in E.164, or a WhatsApp user id."
    )
    number = PublicIdField(
        own_numbers,
        what="number",
        shared=Shared("number", Permission.INBOX_ANSWER),
        required=False,
        help_text="A connection; else the latest.",
    )
    variables = serializers.DictField(required=False, help_text="Values that its nodes see as `vars`.")
    interrupt = serializers.BooleanField(
        default=False, help_text="End a flow that waits for this guest's answer, and let flows answer again."
    )

    def validate_to(self, value: str) -> Identity:
        """Somebody who can be meant."""
        return recipient(value)

    def validate_variables(self, value: dict[str, Any]) -> dict[str, Any]:
        """Few, small, and with names that expressions can say."""
        if len(value) > MOST_VARIABLES:
            raise serializers.ValidationError(f"At most {MOST_VARIABLES} variables.")
        for name, given in value.items():
            if not _NAME.match(name):
                raise serializers.ValidationError(
                    {name[:64]: ["A name has letters, digits and _, and no digit first."]}
                )
            if len(json.dumps(given)) > MAX_VALUE_BYTES:
                raise serializers.ValidationError({name: [f"At most {MAX_VALUE_BYTES} bytes as JSON."]})
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One recipient."""
        if ("contact" in attrs) == ("to" in attrs):
            raise serializers.ValidationError({"contact": ["Give either contact or to."]})
        return attrs


def read_settings(value: dict[str, Any]) -> dict[str, Any]:
    """Settings of a flow as they are kept. Raises ValidationError at the setting."""
    from pydantic import ValidationError  # the API's own errors have the same name

    try:
        return FlowSettings.model_validate(value).to_json()
    except ValidationError as error:
        found = {".".join(str(part) for part in one["loc"])[:60]: [one["msg"]] for one in error.errors()}
        raise serializers.ValidationError(found) from None
