"""What people do with a list: bring it, say how it is read, try it, import it."""

from django.db import transaction
from django.utils.translation import get_language

from crm.contacts import fields
from crm.contacts.importing import columns, ending, files, taking
from crm.contacts.importing.options import Options
from crm.contacts.importing.running import TICK
from crm.contacts.importing.taking import Uploaded
from crm.contacts.models import ContactImport, CustomField
from ops import clock
from ops.bell import ring
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, cancel_many, set_many
from tenants.audit import actions as audit
from tenants.members.models import Member

State = ContactImport.State


class NotNow(Exception):
    """The list is not in a state for this: somebody else has begun or ended it meanwhile."""


def keep(uploaded: Uploaded, *, country: str, by: Member) -> ContactImport:
    """Make the row of an uploaded file. Raises Unreadable; then nothing is left of the file."""
    one = ContactImport(
        file_name=uploaded.name, storage_key=uploaded.storage_key, bytes=uploaded.size, kind=uploaded.kind, by=by
    )
    taking.seal_key(one, uploaded.key)
    try:
        options = Options(
            encoding=uploaded.encoding or "utf-8",
            country=country,
            language=get_language() or "pt-br",
            lines=uploaded.lines,
        )
        if one.kind == "csv":
            options.delimiter = files.first_delimiter(one, options.encoding)
        look = files.look_at(one, options)
        options.has_header = columns.has_header(look.rows, country)
        one.options = options.as_json()
        with transaction.atomic():
            one.save()
            ending.remember_to_forget(one)
            after = {"file": one.file_name, "bytes": one.bytes}
            audit.record("contacts.list_uploaded", subject=one.public_id, by=by, after=after)
    except BaseException:
        ending.drop_file(uploaded.storage_key)
        raise
    return one


def check(one: ContactImport, options: Options, *, by: Member) -> None:
    """Try it: read it as a whole and say what would become of it. Raises NotNow."""
    with transaction.atomic():
        row = _locked(one, State.UPLOADED, State.CHECKED)
        ending.clear(row)
        row.trial, row.rows_total = {}, None
        row.options, row.state, row.by = options.as_json(), State.CHECKING, by
        row.save()
        _begin(row)


def change_mapping(one: ContactImport) -> None:
    """Back to how it is read. Raises NotNow."""
    with transaction.atomic():
        row = _locked(one, State.CHECKED, State.CHECKING)
        ending.clear(row)
        row.trial, row.state = {}, State.UPLOADED
        row.save()


def run(one: ContactImport, *, by: Member) -> None:
    """Import it, after its trial. Raises NotNow, and fields.NotPossible where a new field cannot be made."""
    with transaction.atomic():
        row = _locked(one, State.CHECKED)
        options = Options.read(row.options)
        _make_fields(options, by)
        ending.clear(row)
        row.options, row.state, row.by = options.as_json(), State.RUNNING, by
        row.save()
        audit.record("contacts.import_begun", subject=row.public_id, by=by, after={"file": row.file_name})
        _begin(row)


def _make_fields(options: Options, by: Member) -> None:
    known = {columns.plain(one.name): one for one in fields.live()}
    for number in options.of(columns.NEW):
        name = " ".join(options.headers[number].split())[:80]
        one = known.get(columns.plain(name)) or fields.create(fields.Wanted(name, CustomField.Kind.TEXT), by=by)
        known[columns.plain(name)] = one
        options.columns[str(number)] = f"field.{one.key}"


def _locked(one: ContactImport, *states: str) -> ContactImport:
    row = ContactImport.objects.select_for_update().filter(pk=one.pk, state__in=states).first()
    if row is None:
        raise NotNow
    return row


def _begin(row: ContactImport) -> None:
    salon_id, subject = current_salon_id(), str(row.public_id)
    cancel_many(salon_id, TICK, [subject])
    set_many(salon_id, [NewTimer(TICK, subject, clock.now())])
    transaction.on_commit(lambda: ring("timers"))
