"""The composer's part: choose a template, fill it in, see what the guest will see."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from channels_wa.media.models import Media
from channels_wa.media.queries import MediaView, view_of
from channels_wa.message_templates import queries, sending
from channels_wa.message_templates.bubble import Bubble, bubble_of, marked_up
from channels_wa.message_templates.drafts import as_sent
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.message_templates.rows import Card
from channels_wa.message_templates.shape import PLACEHOLDER, Shape, filled
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

SHOWN_AT_ONCE = 50
PLACE = ("latitude", "longitude", "name", "address")


@dataclass(frozen=True)
class Blank:
    """One value that the message needs."""

    field: str
    label: str
    sample: str = ""
    value: str = ""
    is_optional: bool = False


@require_GET
@allowed(Permission.TEMPLATES_SEE)
def pick(request: SalonRequest) -> HttpResponse:
    """The templates that may be sent now, for the composer of a conversation."""
    words = request.GET.get("search", "").strip()[:80]
    rows = MessageTemplate.objects.sendable().filter(waba_id__in=queries.accounts())
    for word in words.split():
        rows = rows.filter(Q(name__icontains=word))
    found = list(rows.order_by("name", "language")[: SHOWN_AT_ONCE + 1])
    context = {
        "cards": [Card(one) for one in found[:SHOWN_AT_ONCE]],
        "has_more": len(found) > SHOWN_AT_ONCE,
        "search": words,
        "conversation": _uuid(request.GET.get("conversation")),
        "may_edit": request.member.may(Permission.TEMPLATES_EDIT),
    }
    part = "#cards" if "search" in request.GET else ""
    return render(request, f"message_templates/pick.html{part}", context)


@require_GET
@allowed(Permission.TEMPLATES_SEE)
def fill(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The form of one template; `?part=preview` shows what its values make of it."""
    found = get_object_or_404(MessageTemplate.objects.sendable(), public_id=public_id)
    shape = found.shape
    payload = sending.payload_from_form(found, request.GET)
    context: dict[str, Any] = {
        "card": Card(found),
        "conversation": _uuid(request.GET.get("conversation")),
        "blanks": _blanks(shape, request.GET),
        "shape": shape,
        "media": _media(found, _uuid(request.GET.get("parameter.header.media"))) if shape.has_media else None,
        "bubble": _bubble(found, shape, payload),
        "upload_url": reverse("media:upload"),
    }
    part = "#preview" if request.GET.get("part") == "preview" else ""
    return render(request, f"message_templates/fill.html{part}", context)


def _blanks(shape: Shape, data: Any) -> list[Blank]:
    found = [
        Blank(
            f"parameter.header.{name}",
            _("Header: %(name)s") % {"name": _called(name)},
            shape.header_samples.get(name, ""),
        )
        for name in shape.header_variables
    ]
    if shape.header_format == "LOCATION":
        labels = {
            "latitude": _("Latitude"), "longitude": _("Longitude"), "name": _("Name of the place"),
            "address": _("Address"),
        }  # fmt: skip
        found += [Blank(f"parameter.header.{name}", labels[name], is_optional=name in PLACE[2:]) for name in PLACE]
    found += [
        Blank(f"parameter.body.{name}", _called(name), shape.samples.get(name, "")) for name in shape.body_variables
    ]
    for button in shape.buttons:
        if button.needs_value:
            sample = button.example
            if button.is_dynamic:
                # Only what takes the place of the variable is asked for.
                sample = sample.removeprefix(PLACEHOLDER.sub("", button.url))
            label = _("Button “%(text)s”") % {"text": button.text or _("Copy code")}
            found.append(Blank(f"parameter.button.{button.place}", label, sample))
    return [Blank(one.field, one.label, one.sample, str(data.get(one.field, "")), one.is_optional) for one in found]


def _called(name: str) -> str:
    return _("Value %(number)s") % {"number": name} if name.isdecimal() else name.replace("_", " ").capitalize()


def _media(template: MessageTemplate, chosen: UUID | None) -> MediaView | None:
    """The file chosen; until one is, the template's own sample."""
    wanted = chosen or template.header_media
    found = Media.objects.ready().filter(public_id=wanted).first() if wanted else None
    return view_of(found) if found else None


def _bubble(template: MessageTemplate, shape: Shape, payload: dict[str, Any]) -> Bubble:
    """With the values that are there; a variable without one stays visible as such."""
    bubble = bubble_of(as_sent(template))
    values = {
        part: {name: text for name, text in sending.values_in(payload, part, names).items() if text}
        for part, names in (("body", shape.body_variables), ("header", shape.header_variables))
    }
    return Bubble(
        header_kind=bubble.header_kind,
        header_text=filled(shape.header_text, values["header"]),
        media=_media(template, next(iter(sending.media_in(payload)), None)) if shape.has_media else None,
        body=marked_up(filled(shape.body, values["body"])),
        footer=bubble.footer,
        buttons=bubble.buttons,
        is_empty=False,
    )


def _uuid(given: Any) -> UUID | None:
    try:
        return UUID(str(given)) if given else None
    except ValueError:
        return None
