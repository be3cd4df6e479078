"""Handing one template to Meta: the work of a job, which may die anywhere and be done again.

A try whose answer was lost may have succeeded, and the next one then hears that the name exists: it looks the template
up and takes it over, so that nothing is submitted twice.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from channels_wa.adapters.cloud_api import templates
from channels_wa.adapters.cloud_api.graph import GraphClient, GraphError
from channels_wa.message_templates import hearing, refusals
from channels_wa.message_templates.actions import DELETE, SUBMIT, TRIES
from channels_wa.message_templates.drafts import Draft, of_template
from channels_wa.message_templates.meta import body_of, category_of, client_of, status_of
from channels_wa.message_templates.models import MessageTemplate, Status
from channels_wa.message_templates.samples import NoSample, with_sample
from channels_wa.message_templates.shape import JSON
from channels_wa.message_templates.syncing import take
from ops import clock
from ops.failpoint import failpoint
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many

MOST_TRIES = 8
FIRST_WAIT = timedelta(seconds=2)


@dataclass(frozen=True)
class _Try:
    """One try of one act: what the timer said."""

    kind: str
    public_id: UUID
    revision: int
    number: int

    @classmethod
    def of(cls, kind: str, subject: str, version: int) -> "_Try":
        """From the timer's subject and version."""
        return cls(kind, UUID(subject), version // TRIES, version % TRIES)

    def load(self, *, lock: bool = False) -> MessageTemplate | None:
        """The template as long as nobody has changed it since."""
        rows = MessageTemplate.objects.select_for_update() if lock else MessageTemplate.objects.all()
        return rows.filter(public_id=self.public_id, revision=self.revision).first()


def submit(subject: str, version: int) -> None:
    """One try to submit. Inside the salon, outside of a transaction."""
    this = _Try.of(SUBMIT, subject, version)
    template = this.load()
    if template is None or template.submitting_at is None:
        return
    client = client_of(template.waba_id)
    if client is None:
        _give_back(this, refusals.ours(refusals.NO_NUMBER))
        return
    draft = of_template(template)
    try:
        draft = replace(draft, components=with_sample(client, draft))
        failpoint("template.before_call")
        answer = _call(client, this, template, draft)
        failpoint("template.after_call")
    except NoSample:
        _give_back(this, refusals.ours(refusals.NO_FILE))
    except GraphError as refused:
        if refused.error_class in refusals.PASSING:
            _again(this)
        else:
            _give_back(this, refusals.kept(refused))
    else:
        _accepted(this, draft, answer)


def _call(client: GraphClient, this: _Try, template: MessageTemplate, draft: Draft) -> JSON:
    if template.is_at_meta:
        changes: JSON = {"components": draft.components}
        if template.status != Status.APPROVED:
            changes["category"] = draft.category.upper()
        templates.edit(client, template.meta_id, changes)
        # The answer to a change says nothing but "success".
        return templates.one(client, template.meta_id)
    try:
        return templates.create(client, template.waba_id, body_of(draft))
    except GraphError as refused:
        if this.number == 0 or not refusals.is_about(refused, refusals.EXISTS):
            raise
        for found in templates.each(client, template.waba_id, name=template.name):
            if (found.get("name"), found.get("language")) == (template.name, template.language):
                return found
        raise


@transaction.atomic
def _accepted(this: _Try, draft: Draft, answer: JSON) -> None:
    row = this.load(lock=True)
    if row is None or row.submitting_at is None:
        return
    began = row.submitting_at
    row.meta_id = str(answer.get("id") or row.meta_id)
    row.components, row.parameter_format = draft.components, draft.parameter_format
    row.header_media = draft.header_media
    row.category = category_of(answer.get("category")) or draft.category
    row.changes, row.problems, row.submitting_at = None, [], None
    row.submitted_at = clock.now()
    # A webhook may have been quicker than this answer: then it knows better.
    heard = hearing.heard_at(row, "status")
    if heard is None or heard < hearing.whole(began):
        hearing.set_status(row, status_of(answer.get("status")) or Status.PENDING, began)
    row.save()


@transaction.atomic
def _give_back(this: _Try, problem: JSON) -> None:
    """Meta will not have it like this: it is what it was before, with the reason."""
    row = this.load(lock=True)
    if row is None:
        return
    row.submitting_at, row.problems = None, [problem]
    row.save(update_fields=["submitting_at", "problems"])


def _again(this: _Try) -> None:
    if this.number + 1 >= MOST_TRIES:
        _give_back(this, refusals.ours(refusals.GAVE_UP))
        return
    version = this.revision * TRIES + this.number + 1
    due_at = clock.now() + FIRST_WAIT * 2**this.number
    set_many(current_salon_id(), [NewTimer(SUBMIT, str(this.public_id), due_at, version)])


def delete(subject: str, version: int) -> None:
    """Have Meta delete a template. Raises GraphError for what may pass; then the timer tries again."""
    this = _Try.of(DELETE, subject, version)
    template = this.load()
    if template is None or template.status != Status.PENDING_DELETION:
        return
    client = client_of(template.waba_id)
    if client is None:
        _kept_after_all(this, refusals.ours(refusals.NO_NUMBER), None)
        return
    try:
        templates.delete(client, template.waba_id, template.name, template.meta_id)
    except GraphError as refused:
        if refused.error_class in refusals.PASSING:
            raise
        if not _is_gone(client, template):
            _kept_after_all(this, refusals.kept(refused), templates.one(client, template.meta_id))
            return
    _deleted(this)


def _is_gone(client: GraphClient, template: MessageTemplate) -> bool:
    """Whether Meta has it no more: an earlier try, or somebody else, has deleted it."""
    return not any(
        str(one.get("id")) == template.meta_id for one in templates.each(client, template.waba_id, name=template.name)
    )


@transaction.atomic
def _deleted(this: _Try) -> None:
    row = this.load(lock=True)
    if row is not None:
        hearing.set_status(row, Status.DELETED, clock.now())
        row.save()


@transaction.atomic
def _kept_after_all(this: _Try, problem: JSON, found: JSON | None) -> None:
    row = this.load(lock=True)
    if row is None:
        return
    row.problems, row.status = [problem], Status.PENDING
    row.save(update_fields=["problems", "status"])
    if found is not None:
        take(row.waba_id, [found], at=clock.now())
