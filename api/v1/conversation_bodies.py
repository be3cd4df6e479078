"""What one may ask of conversations: filters of the list, and what can be changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

import django_filters
from rest_framework import serializers

from api.errors import NotYours, invalid
from api.fields import Body, Instant, PublicIdField
from api.filters import IdFilter, InstantFilter, YesNoFilter
from api.seeing import Shared
from channels_wa.numbers.queries import own_numbers
from channels_wa.outbox.window import MARGIN, SERVICE_WINDOW
from crm.contacts.models import Contact
from crm.contacts.search import search
from crm.inbox import assigning, snoozing
from crm.inbox.models import Team
from crm.inbox.rows import SOON
from ops import clock
from ops.salon import current_salon_id
from tenants.access.roles import Permission
from tenants.members.models import Member


def answers(member: Member) -> bool:
    """Whether the member's role answers guests."""
    return any(one.pk == member.pk for one in assigning.people_of(current_salon_id() or 0))


class ConversationPatch(Body):
    """What to change; what is not given stays."""

    status = serializers.ChoiceField(choices=("open", "closed"), required=False)
    assignee = PublicIdField(
        Member.objects, what="member", required=False, allow_null=True, help_text="Null: nobody. See `members/`."
    )
    team = PublicIdField(
        Team.objects,
        what="team",
        required=False,
        allow_null=True,
        help_text="In a team that takes turns the next of those who are there gets it, unless `assignee` is given.",
    )
    bot_on = serializers.BooleanField(required=False, help_text="Whether flows answer, until it is changed again.")
    read = serializers.BooleanField(required=False, help_text="True: nothing is unread any more; the guest learns it.")
    snoozed_until = Instant(required=False, allow_null=True, help_text="Within a year; null brings it back.")

    def validate_assignee(self, member: Member | None) -> Member | None:
        """Somebody who may answer."""
        if member is not None and not answers(member):
            raise serializers.ValidationError("Must be a member whose role answers guests.")
        return member

    def validate_read(self, value: bool) -> bool:
        """Only reading can be told; a guest's mark cannot be taken back."""
        if not value:
            raise serializers.ValidationError("Can only be true.")
        return value

    def validate_snoozed_until(self, until: datetime | None) -> datetime | None:
        """A moment to come."""
        try:
            return snoozing.check(until) if until else None
        except snoozing.NotThen as error:
            raise serializers.ValidationError("Must lie in the future, within a year.") from error

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What ends is not put away."""
        if attrs.get("status") == "closed" and attrs.get("snoozed_until"):
            raise serializers.ValidationError({"snoozed_until": ["A closed conversation cannot be put away."]})
        return {**attrs, "reopened": attrs["status"]} if "status" in attrs else attrs


class TakeIn(Body):
    """For whom it is taken."""

    member = PublicIdField(Member.objects, what="member", required=False, help_text="Left out: the caller.")

    def validate_member(self, member: Member) -> Member:
        """Somebody who may answer."""
        if not answers(member):
            raise serializers.ValidationError("Must be a member whose role answers guests.")
        return member


class ConversationFilter(django_filters.FilterSet):
    """Filters of the list; all can be combined."""

    contact = IdFilter("contact_id", rows=Contact.objects, what="contact")
    number = IdFilter("number_id", rows=own_numbers, what="number", shared=Shared("number", Permission.INBOX_SEE))
    status = django_filters.ChoiceFilter(choices=[("open", "open"), ("closed", "closed")], method="by_status")
    open = YesNoFilter(field_name="closed_at", lookup_expr="isnull", help_text="The same as `status`.")
    assignee = django_filters.CharFilter(
        method="by_assignee", max_length=36, help_text="A member's id, `none`, or `me` where a member asks."
    )
    team = django_filters.CharFilter(method="by_team", max_length=36, help_text="A team's id, or `none`.")
    unread = YesNoFilter(method="by_unread", help_text="Whether there is something that nobody has read.")
    waiting = YesNoFilter(method="by_waiting", help_text="Whether it is open and the guest wrote last.")
    bot_on = YesNoFilter(field_name="bot_on", help_text="Whether flows answer, or people.")
    window_closing = YesNoFilter(
        method="by_window", help_text="Whether WhatsApp takes free text for less than two hours more."
    )
    snoozed = YesNoFilter(method="by_snoozed", help_text="Whether it is put away.")
    attention = YesNoFilter(method="by_attention", help_text="Whether a person should look.")
    tag = django_filters.CharFilter(method="by_tag", max_length=40, help_text="Whose contact carries it.")
    search = django_filters.CharFilter(method="by_text", max_length=120, help_text="As contacts are searched.")
    updated_after = InstantFilter("last_at", "gte", help_text="The newest message is of this moment or later.")
    updated_before = InstantFilter("last_at", "lt", help_text="The newest message is earlier than this moment.")

    def by_status(self, rows: Any, _name: str, value: str) -> Any:
        """Those that go on, or those that are over."""
        return rows.filter(closed_at__isnull=value == "open")

    def by_assignee(self, rows: Any, _name: str, value: str) -> Any:
        """Those of a member, or of nobody."""
        if value == "me":
            member = getattr(getattr(self.request, "user", None), "member", None)
            if member is None:
                raise invalid("assignee", "Only a member of the team can be `me`.")
            return rows.filter(assignee_id=member.pk)
        return rows.filter(assignee_id=_pk_of(Member.objects, value, "assignee", "member"))

    def by_team(self, rows: Any, _name: str, value: str) -> Any:
        """Those of a team, or of none."""
        return rows.filter(team_id=_pk_of(Team.objects, value, "team", "team"))

    def by_unread(self, rows: Any, _name: str, value: bool) -> Any:
        """Those with something unread, or the others."""
        return rows.filter(unread__gt=0) if value else rows.filter(unread=0)

    def by_waiting(self, rows: Any, _name: str, value: bool) -> Any:
        """Those whose guest waits, or the others."""
        waiting = {"closed_at": None, "last_direction": "in"}
        return rows.filter(**waiting) if value else rows.exclude(**waiting)

    def by_window(self, rows: Any, _name: str, value: bool) -> Any:
        """Those whose window ends soon, or the others."""
        opened = clock.now() - SERVICE_WINDOW + MARGIN
        closing = {"closed_at": None, "last_inbound_at__gt": opened, "last_inbound_at__lte": opened + SOON}
        return rows.filter(**closing) if value else rows.exclude(**closing)

    def by_snoozed(self, rows: Any, _name: str, value: bool) -> Any:
        """Those that are put away, or the others."""
        return rows.filter(snoozed_until__isnull=not value)

    def by_attention(self, rows: Any, _name: str, value: bool) -> Any:
        """Those somebody should look at, or the others."""
        return rows.exclude(attention="") if value else rows.filter(attention="")

    def by_tag(self, rows: Any, _name: str, value: str) -> Any:
        """Those whose contact carries the tag."""
        return rows.filter(contact__in=Contact.objects.filter(tags__contains=[value]))

    def by_text(self, rows: Any, _name: str, value: str) -> Any:
        """Those whose contact matches."""
        return rows.filter(contact__in=search(value).values("pk"))


def _pk_of(rows: Any, value: str, field: str, what: str) -> int | None:
    """The key of an id, None for `none`. Raises ValidationError, NotYours."""
    if value == "none":
        return None
    try:
        found: int | None = rows.filter(public_id=UUID(value)).values_list("pk", flat=True).first()
    except ValueError:
        raise invalid(field, "Must be an id or none.") from None
    if found is None:
        raise NotYours(field, what)
    return found
