"""What people and programs do with templates. Meta is asked by jobs (`jobs.py`); nothing here waits for it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from channels_wa.media.actions import hold
from channels_wa.media.models import Media
from channels_wa.media.sending import problems_of as problems_of_media
from channels_wa.message_templates.drafts import Draft, of_template
from channels_wa.message_templates.findings import Finding, error
from channels_wa.message_templates.lint import Known, errors_in, findings_of
from channels_wa.message_templates.models import EDITABLE, MessageTemplate, Status
from channels_wa.message_templates.shape import JSON
from channels_wa.message_templates.telling import tell_change
from ops import clock
from ops.bell import ring
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many
from tenants.audit import actions as audit

SUBMIT, DELETE, SYNC = "message_template.submit", "message_template.delete", "message_template.sync"
# Messages may carry more kinds of files than Meta takes as samples.
SAMPLE_TYPES = frozenset({"image/jpeg", "image/png", "video/mp4", "application/pdf"})
# Tries of one submission share a revision: timers' versions are revision * this + number of the try.
TRIES = 100


class CannotDo(ValueError):
    """Nothing was changed; `findings` say why, each with its field."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(one.text for one in findings))
        self.findings: Sequence[Finding] = findings


class Stale(ValueError):
    """Somebody else has changed it since it was opened."""


def lint(draft: Draft, *, waba_id: str, template: MessageTemplate | None = None) -> list[Finding]:
    """What is wrong with a draft, or could be better. Inside the salon."""
    others = MessageTemplate.objects.live().filter(waba_id=waba_id, name=draft.name, language=draft.language)
    if template is not None:
        others = others.exclude(pk=template.pk)
    handle = draft.shape.header_handle
    # What Meta shows of a sample it has is an address; only a handle can be submitted again.
    has_handle = bool(handle) and not handle.startswith("http")
    known = Known(is_taken=others.exists(), has_sample_file=has_handle or draft.header_media is not None)
    return [*findings_of(draft, known), *_file_findings(draft)]


@transaction.atomic
def create(draft: Draft, *, waba_id: str, by: Any) -> MessageTemplate:
    """Keep a new draft. Raises CannotDo without a name or language, or when they are taken."""
    _check_place(draft, waba_id)
    template = MessageTemplate(
        waba_id=waba_id,
        name=draft.name,
        language=draft.language,
        category=draft.category,
        parameter_format=draft.parameter_format,
        components=draft.components,
        header_media=draft.header_media,
    )
    _save_new(template)
    _keep_file(draft)
    _note("template.created", template, by)
    return template


@transaction.atomic
def change(template: MessageTemplate, draft: Draft, *, by: Any, revision: int | None = None) -> MessageTemplate:
    """Keep changes; of a template that Meta has they wait beside it until they are submitted.

    Raises CannotDo, and Stale when `revision` is not that of the row any more.
    """
    row = MessageTemplate.objects.select_for_update().get(pk=template.pk)
    if revision is not None and revision != row.revision:
        raise Stale
    _check_editable(row)
    if row.is_at_meta:
        # Meta keeps name and language for ever, and the category of what it has approved.
        draft = replace(draft, name=row.name, language=row.language)
        category = row.category if row.status == Status.APPROVED else draft.category
        row.changes = {
            "components": draft.components,
            "category": category,
            "parameter_format": draft.parameter_format,
            "header_media": str(draft.header_media) if draft.header_media else None,
        }
    else:
        _check_place(draft, row.waba_id, row)
        row.name, row.language, row.category = draft.name, draft.language, draft.category
        row.components, row.parameter_format = draft.components, draft.parameter_format
        row.header_media = draft.header_media
    row.revision += 1
    row.problems, row.edited_at = [], clock.now()
    _save_new(row)
    _keep_file(draft)
    _note("template.changed", row, by)
    return row


@transaction.atomic
def drop_changes(template: MessageTemplate, *, by: Any) -> MessageTemplate:
    """Go back to what Meta has."""
    row = MessageTemplate.objects.select_for_update().get(pk=template.pk)
    _check_editable(row)
    row.changes, row.problems, row.revision = None, [], row.revision + 1
    row.save(update_fields=["changes", "problems", "revision"])
    _note("template.changes_dropped", row, by)
    return row


@transaction.atomic
def submit(template: MessageTemplate, *, by: Any) -> MessageTemplate:
    """Have a job hand it to Meta for review. Raises CannotDo with all that Meta would refuse."""
    row = MessageTemplate.objects.select_for_update().get(pk=template.pk)
    _check_editable(row)
    if row.status == Status.APPROVED and not row.changes:
        raise CannotDo(error("", _("Nothing has changed since WhatsApp approved it.")))
    if errors := errors_in(lint(of_template(row), waba_id=row.waba_id, template=row)):
        raise CannotDo(*errors)
    row.submitting_at, row.problems, row.revision = clock.now(), [], row.revision + 1
    row.save(update_fields=["submitting_at", "problems", "revision"])
    _do(NewTimer(SUBMIT, str(row.public_id), clock.now(), row.revision * TRIES))
    _note("template.submitted", row, by)
    return row


@transaction.atomic
def delete(template: MessageTemplate, *, by: Any) -> None:
    """Remove it: a draft at once, one that Meta has when Meta has removed it. Raises CannotDo."""
    row = MessageTemplate.objects.select_for_update().get(pk=template.pk)
    if row.submitting_at is not None:
        raise CannotDo(error("", _("It is being submitted. Wait a moment, then delete it.")))
    _note("template.deleted", row, by)
    if not row.is_at_meta:
        row.delete()
        return
    old, row.status = row.status, Status.PENDING_DELETION
    row.revision += 1
    row.save(update_fields=["status", "revision"])
    _do(NewTimer(DELETE, str(row.public_id), clock.now(), row.revision * TRIES))
    tell_change(row, "status", old, row.status)


@transaction.atomic
def duplicate(template: MessageTemplate, *, by: Any, language: str = "") -> MessageTemplate:
    """A draft with the same text: in another language under the same name, else under a name of its own."""
    draft = of_template(template)
    taken = set(
        MessageTemplate.objects.live().filter(waba_id=template.waba_id).values_list("name", "language").distinct()
    )
    language = language or draft.language
    name, number = draft.name, 1
    while (name, language) in taken:
        number += 1
        name = f"{draft.name[:500]}_{number}"
    components = [_without_foreign_sample(one) for one in draft.components]
    return create(replace(draft, name=name, language=language, components=components), waba_id=template.waba_id, by=by)


def ask_for_sync(waba_ids: Sequence[str]) -> None:
    """Have a job read what Meta has, for these business accounts of the salon."""
    now = clock.now()
    set_many(current_salon_id(), [NewTimer(SYNC, waba_id, now) for waba_id in waba_ids])
    transaction.on_commit(lambda: ring("timers"))


def _do(job: NewTimer) -> None:
    set_many(current_salon_id(), [job])
    transaction.on_commit(lambda: ring("timers"))


def _check_editable(row: MessageTemplate) -> None:
    if row.submitting_at is not None:
        raise CannotDo(error("", _("It is being submitted. Wait a moment.")))
    if row.status not in EDITABLE:
        words = _("WhatsApp lets nobody change a template that is “%(status)s”. Duplicate it instead.")
        raise CannotDo(error("", words % {"status": Status(row.status).label}))


def _check_place(draft: Draft, waba_id: str, row: MessageTemplate | None = None) -> None:
    """A draft may be unfinished, but it needs a name and a language that are free."""
    blocking = {"name", "language"}
    if found := [one for one in errors_in(lint(draft, waba_id=waba_id, template=row)) if one.field in blocking]:
        raise CannotDo(*found)


def _save_new(row: MessageTemplate) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        words = _("There is a template with this name in this language already. Choose another name.")
        raise CannotDo(error("name", words)) from None


def _file_findings(draft: Draft) -> list[Finding]:
    if draft.header_media is None or not draft.shape.has_media:
        return []
    kind = draft.shape.header_format.lower()
    if problems := problems_of_media(kind, {"media": str(draft.header_media)}):
        return [error("header_media", one.text) for one in problems]
    mime_type = Media.objects.values_list("mime_type", flat=True).get(public_id=draft.header_media)
    if mime_type in SAMPLE_TYPES:
        return []
    return [error("header_media", _("As an example WhatsApp takes JPEG, PNG, MP4 and PDF only."))]


def _keep_file(draft: Draft) -> None:
    """A file that nothing names is thrown away after a day."""
    if draft.header_media is not None:
        hold([draft.header_media])


def _without_foreign_sample(component: JSON) -> JSON:
    example = component.get("example")
    handles = example.get("header_handle") if isinstance(example, dict) else None
    if isinstance(handles, list) and any(str(one).startswith("http") for one in handles):
        return {key: value for key, value in component.items() if key != "example"}
    return component


def _note(action: str, row: MessageTemplate, by: Any) -> None:
    about = {"name": row.name, "language": row.language, "category": row.category}
    audit.record(action, subject=row.public_id, by=by, after=about)
