"""/api/v1/deals/"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import Conflict, invalid
from api.examples import described
from api.fields import Body, Instant, PublicIdField
from api.filters import IdFilter, InstantFilter, YesNoFilter, pairs
from api.idempotency import idempotent
from api.names import public_ids
from api.seeing import Shared
from api.viewset import SalonViewSet
from crm.contacts.models import Contact
from crm.deals import actions
from crm.deals.defaults import default_pipeline
from crm.deals.models import Deal, Pipeline, Stage
from crm.deals.rights import visible_deals
from crm.deals.sharing import PIPELINE
from crm.inbox.models import Conversation
from crm.inbox.rights import visible_contacts, visible_conversations
from portal.frame import money
from tenants.access.roles import Permission
from tenants.members.models import Member
from tenants.sharing.queries import may_on
from tenants.sharing.rights import Right

EXAMPLE = {
    "id": "019a1f81-5c6d-7e8f-9a0b-1c2d3e4f5a6b",
    "title": "Noiva",
    "contact": "019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d",
    "conversation": None,
    "pipeline": "019a1f80-0a1b-7c2d-8e3f-4a5b6c7d8e9f",
    "stage": "019a1f80-0a1b-7c2d-8e3f-000000000001",
    "state": "open",
    "value_minor": 150000,
    "currency": "BRL",
    "owner": None,
    "expected_on": "2026-12-24",
    "lost_reason": "",
    "source": "api",
    "version": 1,
    "stage_since": "2026-11-20T15:00:00Z",
    "created_at": "2026-11-20T15:00:00Z",
    "updated_at": "2026-11-20T15:00:00Z",
    "closed_at": None,
}
VERSION = "What you have seen; 409 if the deal was changed since. Left out: whatever it is."


def own_members() -> QuerySet[Member]:
    """Who may own something."""
    return Member.objects.filter(is_active=True)


SEEN = Shared(PIPELINE, Permission.DEALS_SEE, by="pipeline__public_id")
WORKED_ON = Shared(PIPELINE, Permission.DEALS_EDIT, by="pipeline__public_id")


def all_stages() -> QuerySet[Stage]:
    """Those that are put away too: whoever names one is told so."""
    return Stage.objects.select_related("pipeline")


@described("Deal", EXAMPLE)
class DealOut(serializers.Serializer[Any]):
    """Something a contact may buy."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    contact = serializers.UUIDField()
    conversation = serializers.UUIDField(allow_null=True)
    pipeline = serializers.UUIDField()
    stage = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Stage.Kind.values)
    value_minor = serializers.IntegerField(help_text="In the smallest coin: 150000 is R$ 1.500,00.")
    currency = serializers.CharField(help_text="ISO 4217.")
    owner = serializers.UUIDField(allow_null=True, help_text="A member of the team.")
    expected_on = serializers.DateField(allow_null=True)
    lost_reason = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    version = serializers.IntegerField()
    stage_since = Instant()
    created_at = Instant()
    updated_at = Instant()
    closed_at = Instant(allow_null=True)


class _DealValues(Body):
    title = serializers.CharField(max_length=120, required=False)
    value_minor = serializers.IntegerField(min_value=0, max_value=money.MOST, required=False)
    currency = serializers.CharField(max_length=3, required=False, help_text="ISO 4217. Left out: the salon's.")
    owner = PublicIdField(own_members, what="member", required=False, allow_null=True)
    expected_on = serializers.DateField(required=False, allow_null=True)

    def validate_currency(self, value: str) -> str:
        """One that there is."""
        if not money.is_currency(value):
            raise serializers.ValidationError("Must be a currency of ISO 4217 in capitals, e.g. BRL.")
        return value


class DealIn(_DealValues):
    """A new deal."""

    title = serializers.CharField(max_length=120)
    contact = PublicIdField(Contact.objects, what="contact")
    stage = PublicIdField(
        all_stages,
        what="stage",
        shared=WORKED_ON,
        required=False,
        help_text="Left out: the first of the default pipeline.",
    )
    conversation = PublicIdField(Conversation.objects, what="conversation", required=False, allow_null=True)
    lost_reason = serializers.CharField(max_length=80, required=False, help_text="Needed for a stage of lost deals.")


class DealPatch(_DealValues):
    """What to change; another `stage` moves it there, on top, as `move` does."""

    stage = PublicIdField(all_stages, what="stage", shared=WORKED_ON, required=False)
    lost_reason = serializers.CharField(max_length=80, required=False, help_text="Needed for a stage of lost deals.")
    version = serializers.IntegerField(min_value=1, required=False, help_text=VERSION)


class DealMoveIn(Body):
    """Where to put it."""

    stage = PublicIdField(all_stages, what="stage", shared=WORKED_ON)
    above = PublicIdField(
        Deal.objects, what="deal", required=False, help_text="The deal it goes right under. Without one: on top."
    )
    lost_reason = serializers.CharField(max_length=80, required=False, help_text="Needed for a stage of lost deals.")
    version = serializers.IntegerField(min_value=1, required=False, help_text=VERSION)


class DealFilter(django_filters.FilterSet):
    """Filters of the list."""

    contact = IdFilter("contact_id", rows=Contact.objects, what="contact")
    pipeline = IdFilter(
        "pipeline_id", rows=Pipeline.objects, what="pipeline", shared=Shared(PIPELINE, Permission.DEALS_SEE)
    )
    stage = IdFilter("stage_id", rows=Stage.objects, what="stage", shared=SEEN)
    owner = IdFilter("owner_id", rows=Member.objects, what="owner")
    state = django_filters.ChoiceFilter(choices=pairs(Stage.Kind.values), field_name="stage__kind")
    is_open = YesNoFilter(method="by_open")
    search = django_filters.CharFilter(method="by_text", max_length=120, help_text="Part of a title or of a name.")
    updated_after = InstantFilter("updated_at", "gte")
    updated_before = InstantFilter("updated_at", "lt")

    def by_open(self, rows: Any, _name: str, value: bool) -> Any:
        """Those that go on, or those that are closed."""
        return rows.filter(closed_at__isnull=value)

    def by_text(self, rows: Any, _name: str, value: str) -> Any:
        """Those that match."""
        return rows.filter(Q(title__icontains=value) | Q(contact__name__icontains=value))


class DealViewSet(SalonViewSet[Deal]):
    """What the salon's contacts may buy."""

    what = "deal"
    shared = PIPELINE
    shared_by = "stage__pipeline__public_id"
    permissions = {
        "list": Permission.DEALS_SEE,
        "retrieve": Permission.DEALS_SEE,
        "create": Permission.DEALS_EDIT,
        "partial_update": Permission.DEALS_EDIT,
        "move": Permission.DEALS_EDIT,
    }
    queryset = Deal.objects.all()
    serializer_class = DealOut
    filterset_class = DealFilter

    def get_queryset(self) -> QuerySet[Deal]:
        """Those that the caller may see."""
        if getattr(self, "swagger_fake_view", False):
            return Deal.objects.none()
        return visible_deals(self.actor.who).select_related("stage__pipeline", "contact", "owner")

    def present(self, rows: Sequence[Deal]) -> Sequence[object]:
        """With the public ids of all that they name."""
        talks = public_ids(Conversation.objects.all(), (row.conversation_id for row in rows if row.conversation_id))
        return [
            {
                "id": row.public_id,
                "title": row.title,
                "contact": row.contact.public_id,
                "conversation": talks.get(row.conversation_id) if row.conversation_id else None,
                "pipeline": row.stage.pipeline.public_id,
                "stage": row.stage.public_id,
                "state": row.stage.kind,
                "value_minor": row.value_minor,
                "currency": row.currency,
                "owner": row.owner.public_id if row.owner else None,
                "expected_on": row.expected_on,
                "lost_reason": row.lost_reason,
                "source": row.source,
                "version": row.version,
                "stage_since": row.stage_since,
                "created_at": row.created_at,
                "updated_at": row.updated_at,
                "closed_at": row.closed_at,
            }
            for row in rows
        ]

    @extend_schema(request=DealIn, responses={201: DealOut})
    @idempotent
    def create(self, request: Request) -> Response:
        """Add a deal, on top of its stage."""
        data = self.read(DealIn)
        reason, talk = data.pop("lost_reason", ""), data.pop("conversation", None)
        contact: Contact = data["contact"]
        if "stage" not in data and not may_on(self.actor.who, PIPELINE, default_pipeline().public_id, Right.EDIT):
            raise invalid("stage", "Must be given: the default pipeline is not yours to work on.", "required")
        if not visible_contacts(self.actor.who).filter(pk=contact.pk).exists():
            raise invalid("contact", "You may not see this contact.")
        if talk and not visible_conversations(self.actor.who).filter(pk=talk.pk, contact_id=contact.pk).exists():
            raise invalid("conversation", "Must be a conversation of this contact.")
        new = actions.NewDeal(**data, conversation_id=talk.pk if talk else None, source="api")
        with _words():
            made = actions.create(new, by=self.actor.who, reason=reason)
        return self.shown(made, status.HTTP_201_CREATED)

    @extend_schema(request=DealPatch)
    @idempotent
    @transaction.atomic
    def partial_update(self, request: Request, id: str) -> Response:
        """Change its fields and its stage; 409 where `version` is not what it is now."""
        deal, data = self.load(id), self.read(DealPatch)
        stage, reason = data.pop("stage", None), data.pop("lost_reason", "")
        if reason and (stage is None or stage.kind != Stage.Kind.LOST):
            raise invalid("lost_reason", "Goes together with `stage`, one of lost deals.")
        with _words():
            deal = actions.change(deal, data, by=self.actor.who, version=data.pop("version", None))
            if stage is not None and stage.pk != deal.stage_id:
                deal = actions.move(deal, stage, by=self.actor.who, reason=reason)
        return Response(self.show([deal])[0])

    @extend_schema(request=DealMoveIn, responses={200: DealOut})
    @action(detail=True, methods=["post"])
    @idempotent
    def move(self, request: Request, id: str) -> Response:
        """Put it into a stage, under another deal or on top; a won or lost stage closes it, an open one opens it."""
        deal, data = self.load(id), self.read(DealMoveIn)
        with _words():
            moved = actions.move(
                deal,
                data["stage"],
                by=self.actor.who,
                above=data.get("above"),
                version=data.get("version"),
                reason=data.get("lost_reason", ""),
            )
        return Response(self.show([moved])[0])


@contextmanager
def _words() -> Iterator[None]:
    """Why it was refused, as the contract says it."""
    try:
        yield
    except actions.Stale as stale:
        words = f"The deal was changed meanwhile; its version is {stale.deal.version}."
        raise Conflict(words, field="version", code="stale") from stale
    except actions.NoReason as none:
        raise invalid("lost_reason", "Must say why it was lost.", "required") from none
    except actions.WrongPlace as wrong:
        raise Conflict("The stage is not in use any more.", field="stage") from wrong
