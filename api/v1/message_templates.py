"""/api/v1/message-templates/"""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db import transaction
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import Conflict
from api.examples import described
from api.fields import Body, Instant, PublicIdField
from api.idempotency import idempotent
from api.viewset import SalonViewSet
from channels_wa.message_templates import actions, queries, refusals
from channels_wa.message_templates.drafts import Draft, format_of, of_template
from channels_wa.message_templates.findings import Finding
from channels_wa.message_templates.models import Category, MessageTemplate, Quality, Status
from channels_wa.message_templates.shape import shape_of
from channels_wa.numbers.queries import own_numbers
from tenants.access.roles import Permission

LONGEST_COMPONENTS = 20
COMPONENTS = [
    {"type": "BODY", "text": "Oi {{1}}, até amanhã às {{2}}!", "example": {"body_text": [["Ana", "15h"]]}},
    {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Confirmar"}]},
]
EXAMPLE = {
    "id": "019a1f62-0b1c-7d2e-8f3a-4b5c6d7e8f90",
    "name": "lembrete_amanha",
    "language": "pt_BR",
    "category": "utility",
    "status": "approved",
    "quality": "green",
    "parameter_format": "positional",
    "components": COMPONENTS,
    "header_media": None,
    "waba_id": "102290129340398",
    "reason": "",
    "recommendation": "",
    "problems": [],
    "is_submitting": False,
    "has_changes": False,
    "new_category": None,
    "paused_until": None,
    "created_at": "2026-11-01T12:00:00Z",
    "edited_at": "2026-11-01T12:00:00Z",
    "submitted_at": "2026-11-01T12:05:00Z",
}


class TemplateProblem(serializers.Serializer[Any]):
    """What Meta refused when it was last submitted."""

    field = serializers.CharField()
    text = serializers.CharField()


@described("WhatsAppTemplate", EXAMPLE)
class MessageTemplateOut(serializers.Serializer[Any]):
    """A text that Meta reviews, in one language."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    language = serializers.CharField()
    category = serializers.ChoiceField(choices=Category.choices)
    status = serializers.ChoiceField(choices=Status.choices, help_text="Only `approved` ones can be sent.")
    quality = serializers.ChoiceField(choices=Quality.choices)
    parameter_format = serializers.ChoiceField(choices=("positional", "named"))
    components = serializers.ListField(child=serializers.DictField(), help_text="In Meta's form, as it is sent now.")
    header_media = serializers.UUIDField(allow_null=True, help_text="The file of the header's sample.")
    waba_id = serializers.CharField(help_text="Meta's id of the business account; all its numbers can send it.")
    reason = serializers.CharField(help_text="Why Meta rejected or paused it.")
    recommendation = serializers.CharField()
    problems = TemplateProblem(many=True)
    is_submitting = serializers.BooleanField(help_text="Whether it is on its way to Meta.")
    has_changes = serializers.BooleanField(help_text="Whether changes wait to be submitted.")
    new_category = serializers.ChoiceField(
        choices=Category.choices, allow_null=True, help_text="The category that Meta has announced."
    )
    paused_until = Instant(allow_null=True)
    created_at = Instant()
    edited_at = Instant()
    submitted_at = Instant(allow_null=True)


class _Values(Body):
    category = serializers.ChoiceField(choices=[Category.UTILITY.value, Category.MARKETING.value], required=False)
    components = serializers.ListField(
        child=serializers.DictField(), min_length=1, max_length=LONGEST_COMPONENTS, required=False,
        help_text="HEADER, BODY, FOOTER and BUTTONS in Meta's form, samples included.",
    )  # fmt: skip
    header_media = serializers.UUIDField(
        required=False, allow_null=True, help_text="A file of the salon, in place of `example.header_handle`."
    )
    submit = serializers.BooleanField(default=False, help_text="Hand it to Meta at once.")


class MessageTemplateIn(_Values):
    """A new template; a draft unless `submit` is true."""

    name = serializers.CharField(max_length=512, help_text="Small letters, digits and underscores.")
    language = serializers.CharField(max_length=20, help_text="Meta's code, e.g. pt_BR.")
    number = PublicIdField(
        own_numbers, what="number", required=False, help_text="Whose business account; else the default number's."
    )
    components = serializers.ListField(
        child=serializers.DictField(), min_length=1, max_length=LONGEST_COMPONENTS,
        help_text="HEADER, BODY, FOOTER and BUTTONS in Meta's form, samples included.",
    )  # fmt: skip


class MessageTemplatePatch(_Values):
    """Changes; of a template that Meta has they wait until they are submitted. Name and language are for ever."""


class MessageTemplateFilter(django_filters.FilterSet):
    """Filters of the list."""

    name = django_filters.CharFilter(max_length=512, help_text="Exactly this name.")
    status = django_filters.ChoiceFilter(choices=Status.choices)
    language = django_filters.CharFilter(max_length=20, help_text="Exactly this code, e.g. pt_BR.")


class MessageTemplateViewSet(SalonViewSet[MessageTemplate]):
    """Texts that Meta has approved, with which a salon may write first."""

    what = "message template"
    permissions = {
        "list": Permission.TEMPLATES_SEE,
        "retrieve": Permission.TEMPLATES_SEE,
        "create": Permission.TEMPLATES_EDIT,
        "partial_update": Permission.TEMPLATES_EDIT,
        "destroy": Permission.TEMPLATES_EDIT,
        "submit": Permission.TEMPLATES_EDIT,
        "sync": Permission.TEMPLATES_EDIT,
    }
    http_method_names = ["get", "post", "patch", "delete", "head"]
    queryset = MessageTemplate.objects.all()
    serializer_class = MessageTemplateOut
    filterset_class = MessageTemplateFilter

    def present(self, rows: Sequence[MessageTemplate]) -> Sequence[object]:
        """With what Meta refused, in words."""
        return [_shown(row) for row in rows]

    @extend_schema(request=MessageTemplateIn, responses={201: MessageTemplateOut})
    @idempotent
    def create(self, request: Request) -> Response:
        """Write a template; with `submit`, all that Meta would refuse is refused here, naming the field."""
        data = self.read(MessageTemplateIn)
        number = data.get("number") or own_numbers().order_by("-is_default", "pk").first()
        if number is None:
            raise Conflict("This salon has no connected number; connect one first.", field="number")
        draft = Draft(
            name=data["name"],
            language=data["language"],
            category=data.get("category", Category.UTILITY.value),
            components=data["components"],
            parameter_format=_format(data["components"]),
            header_media=data.get("header_media"),
        )
        try:
            with transaction.atomic():
                made = actions.create(draft, waba_id=number.waba_id, by=self.actor.who)
                if data["submit"]:
                    made = actions.submit(made, by=self.actor.who)
        except actions.CannotDo as cannot:
            raise refusal(cannot.findings) from None
        return self.shown(made, status.HTTP_201_CREATED)

    @extend_schema(request=MessageTemplatePatch)
    @idempotent
    def partial_update(self, request: Request, id: str) -> Response:
        """Change the text, the category or the header's file."""
        row, data = self.load(id), self.read(MessageTemplatePatch)
        old = of_template(row)
        components = data.get("components", old.components)
        draft = Draft(
            name=row.name,
            language=row.language,
            category=data.get("category", old.category),
            components=components,
            parameter_format=_format(components) if "components" in data else old.parameter_format,
            header_media=data.get("header_media", old.header_media),
        )
        try:
            with transaction.atomic():
                row = actions.change(row, draft, by=self.actor.who)
                if data["submit"]:
                    row = actions.submit(row, by=self.actor.who)
        except actions.CannotDo as cannot:
            raise refusal(cannot.findings) from None
        return Response(self.show([row])[0])

    @idempotent
    def destroy(self, request: Request, id: str) -> Response:
        """Delete it: a draft at once, one that Meta has as soon as Meta has deleted it (`pending_deletion`)."""
        try:
            actions.delete(self.load(id), by=self.actor.who)
        except actions.CannotDo as cannot:
            raise refusal(cannot.findings) from None
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={202: MessageTemplateOut})
    @action(detail=True, methods=["post"])
    @idempotent
    def submit(self, request: Request, id: str) -> Response:
        """Hand it to Meta for review; `status` and `problems` tell what becomes of it."""
        try:
            row = actions.submit(self.load(id), by=self.actor.who)
        except actions.CannotDo as cannot:
            raise refusal(cannot.findings) from None
        return Response(self.show([row])[0], status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: OpenApiResponse(description="Asked.")})
    @action(detail=False, methods=["post"])
    @idempotent
    def sync(self, request: Request) -> Response:
        """Have what Meta has read now. It is read by itself every six hours, and webhooks tell of changes."""
        actions.ask_for_sync(sorted(queries.accounts()))
        return Response(status=status.HTTP_202_ACCEPTED)


def refusal(findings: Sequence[Finding]) -> Exception:
    """What is wrong, at the fields of the body; what is about none of them is a conflict with the state of things."""
    fields: dict[str, list[ErrorDetail]] = {}
    for one in findings:
        if one.field:
            fields.setdefault(_field(one.field), []).append(ErrorDetail(one.text, "invalid"))
    if not fields:
        return Conflict("; ".join(one.text for one in findings))
    return ValidationError(fields)


def _field(name: str) -> str:
    """The editor's fields, as places in Meta's components."""
    part, _dot, rest = name.partition(".")
    if part == "sample":
        return f"components.{rest.partition('.')[0]}.example"
    if part == "header_text":
        return "components.header.text"
    return f"components.{name}" if part in ("body", "footer", "buttons") else name


def _format(components: list[dict[str, Any]]) -> str:
    shape = shape_of(components)
    return format_of(shape.body, shape.header_text)


def _shown(row: MessageTemplate) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "name": row.name,
        "language": row.language,
        "category": row.category,
        "status": row.status,
        "quality": row.quality,
        "parameter_format": row.parameter_format,
        "components": row.components,
        "header_media": row.header_media,
        "waba_id": row.waba_id,
        "reason": row.reason,
        "recommendation": row.recommendation,
        "problems": [{"field": _field(one.field), "text": one.text} for one in refusals.findings_of(row)],
        "is_submitting": row.submitting_at is not None,
        "has_changes": row.changes is not None,
        "new_category": row.correct_category or None,
        "paused_until": row.paused_until,
        "created_at": row.created_at,
        "edited_at": row.edited_at,
        "submitted_at": row.submitted_at,
    }
