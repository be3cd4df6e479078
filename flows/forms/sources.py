"""What a form can offer to choose from in this salon: templates, tags, people, flows, secrets, events."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from channels_wa.media.models import Media
from channels_wa.media.queries import MediaView, view_of
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.message_templates.queries import accounts
from channels_wa.message_templates.rows import Card
from channels_wa.message_templates.shape import Shape
from crm.bookings.models import Professional, Service
from crm.bookings.sharing import CALENDAR
from crm.deals.defaults import offered_stages
from crm.deals.sharing import PIPELINE
from flows.forms.booking_samples import rows_shown
from flows.forms.fields import JSON
from flows.models import Flow, FlowSecret
from flows.sharing import FLOW
from flows.triggers.kinds import EVENTS
from tenants.members.models import Member
from tenants.sharing.queries import visible

MOST: Final = 200
LOOKED_AT: Final = 2_000  # contacts, the newest, in which tags and fields are looked for


class Choice(NamedTuple):
    """One of several; `note` stands beside it."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True)
class KnownTemplate:
    """A message template as a form needs it."""

    card: Card
    shape: Shape

    @property
    def value(self) -> str:
        """Name and language in one."""
        return f"{self.card.template.name}|{self.card.template.language}"

    @cached_property
    def places(self) -> list[tuple[str, str, str]]:
        """What it needs: the place, what it is called, its sample."""
        shape = self.shape
        found = [
            (f"header.{name}", _("Header: %(name)s") % {"name": called(name)}, shape.header_samples.get(name, ""))
            for name in shape.header_variables
        ]
        if shape.has_media:
            found.append(("header.media", _("File of the header"), ""))
        if shape.header_format == "LOCATION":
            found += [
                ("header.latitude", _("Latitude"), "-23.5613"),
                ("header.longitude", _("Longitude"), "-46.6565"),
                ("header.name", _("Name of the place"), ""),
                ("header.address", _("Address"), ""),
            ]
        found += [(f"body.{name}", called(name), shape.samples.get(name, "")) for name in shape.body_variables]
        for button in shape.buttons:
            if button.needs_value:
                label = _("Button “%(text)s”") % {"text": button.text or _("Copy code")}
                found.append((f"button.{button.place}", label, button.example))
        return found


def called(name: str) -> str:
    """How a variable of a template is called."""
    return _("Value %(number)s") % {"number": name} if name.isdecimal() else name.replace("_", " ").capitalize()


class Known:
    """The salon's own, each looked up when a form asks for it. Inside the salon."""

    def __init__(self, flow: Flow | None = None, who: Member | None = None) -> None:
        self.flow, self.who = flow, who

    @cached_property
    def templates(self) -> Sequence[KnownTemplate]:
        """All templates of its accounts that are not deleted."""
        rows = MessageTemplate.objects.live().filter(waba_id__in=accounts()).order_by("name", "language")
        return [KnownTemplate(Card(one), one.shape) for one in rows[:MOST]]

    def template(self, value: str) -> KnownTemplate | None:
        """One of them by name and language."""
        return next((one for one in self.templates if one.value == value), None)

    @cached_property
    def tags(self) -> Sequence[str]:
        """Tags that contacts have."""
        return self._column("SELECT DISTINCT unnest(tags) AS word FROM newest")

    @cached_property
    def contact_fields(self) -> Sequence[str]:
        """Names of the fields that contacts have."""
        return self._column(
            "SELECT DISTINCT jsonb_object_keys(fields) AS word FROM newest WHERE jsonb_typeof(fields) = 'object'"
        )

    def _column(self, select: str) -> Sequence[str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH newest AS (SELECT tags, fields FROM contact ORDER BY id DESC LIMIT %s) "
                f"SELECT word FROM ({select}) words ORDER BY word LIMIT %s",
                [LOOKED_AT, MOST],
            )
            return [row[0] for row in cursor.fetchall()]

    def choices(self, source: str) -> Sequence[Choice]:
        """What a choice offers."""
        if source == "templates":
            return [
                Choice(one.value, f"{one.card.name} · {one.card.language_name}", one.card.status_words)
                for one in self.templates
            ]
        if source == "members":
            members = Member.objects.filter(is_active=True).order_by("name", "pk")[:MOST]
            return [Choice(str(one.public_id), one.name) for one in members]
        if source == "flows":
            others = Flow.objects.filter(archived_at=None).exclude(pk=self.flow.pk if self.flow else 0)
            if self.who:
                others = visible(self.who, others, FLOW)
            return [
                Choice(str(one.public_id), one.name, "" if one.published_id else _("not published"))
                for one in others.order_by("name", "pk")[:MOST]
            ]
        if source == "stages":
            stages = offered_stages()
            if self.who:
                stages = visible(self.who, stages, PIPELINE, field="pipeline__public_id")
            return [Choice(str(one.public_id), f"{one.pipeline.name}: {one.name}") for one in stages[:MOST]]
        if source in ("services", "professionals"):
            return self._offered(source)
        if source == "secrets":
            return [Choice(name, name) for name in self.secrets]
        return []

    def _offered(self, source: str) -> Sequence[Choice]:
        if source == "services":
            services = Service.objects.filter(archived_at=None, is_add_on=False).order_by("order", "pk")[:MOST]
            return [
                Choice(str(one.public_id), one.name, "" if one.is_online else _("not booked online"))
                for one in services
            ]
        rows = Professional.objects.filter(archived_at=None).order_by("order", "pk")
        people = (visible(self.who, rows, CALENDAR) if self.who else rows)[:MOST]
        return [Choice(str(one.public_id), one.name, "" if one.is_online else _("not booked online")) for one in people]

    def listed(self, node: JSON) -> tuple[str, list[tuple[str, str]]]:
        """The button and the rows of a list that a step of bookings would send now."""
        return rows_shown(node)

    def suggestions(self, source: str) -> Sequence[str]:
        """What a field proposes; anything else may be written too."""
        if source == "tags":
            return self.tags
        if source == "contact_fields":
            return self.contact_fields
        return list(EVENTS) if source == "events" else []

    def file(self, given: object) -> MediaView | None:
        """One of the salon's files by its public id."""
        try:
            found = Media.objects.filter(public_id=UUID(str(given))).first() if given else None
        except ValueError:
            return None
        return view_of(found) if found else None

    @cached_property
    def secrets(self) -> Sequence[str]:
        """Names of secrets, never what they hold."""
        return list(FlowSecret.objects.order_by("name").values_list("name", flat=True)[:MOST])
