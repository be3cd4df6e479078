"""What a flow needs of the salon that runs it, and what of it is not there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from channels_wa.message_templates.queries import unusable_in
from channels_wa.numbers.queries import own_numbers
from crm.bookings.catalogue import catalogue
from crm.bookings.models import Professional, Service
from crm.bookings.talking.choices import offered_services
from crm.deals.defaults import offered_stages
from flows.models import Flow, FlowSecret
from tenants.members.models import Member

# In any text of a node: {{ secret.name }}.
_SECRET: Final = re.compile(r"\bsecret\.([A-Za-z_][A-Za-z0-9_]{0,63})")
TEMPLATE, SECRET, FLOW, MEMBER, FILE, NUMBER = "template", "secret", "flow", "member", "file", "number"
STAGE, SERVICE, PROFESSIONAL, CALENDAR = "stage", "service", "professional", "calendar"
# Steps that offer what the calendar has.
OFFERING: Final = frozenset({"choose_service", "choose_professional", "find_slots"})


@dataclass(frozen=True)
class Need:
    """One thing a drawing names: `kind` and `name`, and the node that wants it."""

    kind: str
    name: str
    node: str


@dataclass(frozen=True)
class Missing:
    """A need that the salon does not meet, in words, and where it is mended (empty: in the flow itself)."""

    need: Need
    words: str
    url: str = ""


def needs_of(graph: dict[str, Any]) -> list[Need]:
    """Everything that the drawing names and that only a salon can have; each once."""
    found = [need for node in graph.get("nodes", []) if isinstance(node, dict) for need in _of_node(node)]
    return list({(need.kind, need.name): need for need in found}.values())


def missing_of(graph: dict[str, Any]) -> list[Missing]:
    """What of it this salon does not have. Inside the salon; a query for each kind that is needed."""
    needs = needs_of(graph)
    found = [*_templates(needs), *_calendar(needs), *_in_steps(needs)]
    if not own_numbers().exists():
        words = _("A connected WhatsApp number, over which it answers.")
        found.append(Missing(Need(NUMBER, "", ""), words, reverse("numbers:list")))
    return found


def missing_in_steps(graph: dict[str, Any]) -> list[Missing]:
    """What single steps name that this salon does not have; templates are told by themselves. A query for each kind."""
    needs = needs_of(graph)
    return _in_steps(needs) if needs else []


def _in_steps(needs: list[Need]) -> list[Missing]:
    found = [*_secrets(needs), *_flows(needs), *_members(needs), *_stages(needs), *_files(needs)]
    return [*found, *_services(needs), *_professionals(needs)]


def _of_node(node: dict[str, Any]) -> Iterator[Need]:
    name = str(node.get("id", ""))
    kind = node.get("type")
    if kind == "send_template":
        yield Need(TEMPLATE, f"{node.get('name', '')}/{node.get('language', '')}", name)
    if kind == "subflow" and node.get("flow"):
        yield Need(FLOW, str(node["flow"]), name)
    if kind == "move_deal" and node.get("stage"):
        yield Need(STAGE, str(node["stage"]), name)
    if kind in ("assign", "add_task") and node.get("member"):
        yield Need(MEMBER, str(node["member"]), name)
    if kind in OFFERING:
        yield Need(CALENDAR, "", name)
    for one in [node, *(one for one in node.get("also") or [] if isinstance(one, dict))]:
        yield from (Need(SERVICE, str(pk), name) for pk in _ids(one.get("services")))
        yield from (Need(PROFESSIONAL, str(pk), name) for pk in _ids(one.get("professionals")))
    media = node.get("media")
    if isinstance(media, dict) and media.get("file"):
        yield Need(FILE, str(media["file"]), name)
    if kind == "webhook" and isinstance(node.get("secret"), str) and node["secret"]:
        yield Need(SECRET, node["secret"], name)
    for text in _texts(node):
        for secret in _SECRET.findall(text):
            yield Need(SECRET, secret, name)


def _ids(given: Any) -> list[str]:
    return [one for one in given if isinstance(one, str)] if isinstance(given, list) else []


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list):
        for one in data.values() if isinstance(data, dict) else data:
            yield from _texts(one)


def _of_kind(needs: list[Need], kind: str) -> list[Need]:
    return [need for need in needs if need.kind == kind]


def _templates(needs: list[Need]) -> Iterator[Missing]:
    wanted = {tuple(need.name.split("/", 1)): need for need in _of_kind(needs, TEMPLATE)}
    unusable = unusable_in([(name, language) for name, language in wanted]) if wanted else set()
    for name, language in sorted(unusable):
        words = _("The message template %(name)s (%(language)s), approved by WhatsApp.")
        place = f"{reverse('templates:list')}?search={name}"
        yield Missing(wanted[name, language], words % {"name": name, "language": language}, place)


def _secrets(needs: list[Need]) -> Iterator[Missing]:
    wanted = _of_kind(needs, SECRET)
    known = set(FlowSecret.objects.values_list("name", flat=True)) if wanted else set()
    for need in wanted:
        if need.name not in known:
            yield Missing(need, _("A secret named %(name)s. Files never carry secrets.") % {"name": need.name})


def _stages(needs: list[Need]) -> Iterator[Missing]:
    wanted = _of_kind(needs, STAGE)
    known = {str(one) for one in offered_stages().values_list("public_id", flat=True)} if wanted else set()
    for need in wanted:
        if need.name not in known:
            yield Missing(
                need, _("A stage of a pipeline: choose one of yours in step “%(step)s”.") % {"step": need.node}
            )


def _services(needs: list[Need]) -> Iterator[Missing]:
    wanted = _of_kind(needs, SERVICE)
    known = Service.objects.filter(public_id__in=_uuids(wanted), archived_at=None).values_list("public_id", flat=True)
    there = {str(pk) for pk in known} if wanted else set()
    for need in wanted:
        if need.name not in there:
            yield Missing(need, _("A service of yours: choose one in step “%(step)s”.") % {"step": need.node})


def _professionals(needs: list[Need]) -> Iterator[Missing]:
    wanted = _of_kind(needs, PROFESSIONAL)
    rows = Professional.objects.filter(public_id__in=_uuids(wanted), archived_at=None)
    there = {str(pk) for pk in rows.values_list("public_id", flat=True)} if wanted else set()
    for need in wanted:
        if need.name not in there:
            yield Missing(need, _("A professional of yours: choose one in step “%(step)s”.") % {"step": need.node})


def _calendar(needs: list[Need]) -> Iterator[Missing]:
    for need in _of_kind(needs, CALENDAR)[:1]:
        if not offered_services(catalogue()):
            words = _("A service that guests may book online, and a professional who does it.")
            yield Missing(need, words, reverse("services:list"))


def _flows(needs: list[Need]) -> Iterator[Missing]:
    wanted = _of_kind(needs, FLOW)
    known = {str(pk) for pk in Flow.objects.values_list("public_id", flat=True)} if wanted else set()
    for need in wanted:
        if need.name not in known:
            yield Missing(
                need, _("Another flow that it calls: choose one of yours in step “%(step)s”.") % {"step": need.node}
            )


def _members(needs: list[Need]) -> Iterator[Missing]:
    wanted = _of_kind(needs, MEMBER)
    known = {str(pk) for pk in Member.objects.values_list("public_id", flat=True)} if wanted else set()
    for need in wanted:
        if need.name not in known:
            yield Missing(need, _("A person of yours: choose one in step “%(step)s”.") % {"step": need.node})


def _files(needs: list[Need]) -> Iterator[Missing]:
    from channels_wa.media.models import Media

    wanted = _of_kind(needs, FILE)
    known = {str(pk) for pk in Media.objects.filter(public_id__in=_uuids(wanted)).values_list("public_id", flat=True)}
    for need in wanted:
        if need.name not in known:
            yield Missing(need, _("A file of yours: choose one in step “%(step)s”.") % {"step": need.node})


def _uuids(needs: list[Need]) -> list[str]:
    return [need.name for need in needs if re.fullmatch(r"[0-9a-fA-F-]{36}", need.name)]
