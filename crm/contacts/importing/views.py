"""The pages of lists: bring one, say how it is read, see what it would do, let it, and what became of it."""

from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.contacts import fields
from crm.contacts.importing import actions, columns, ending, files, mapping, shown, taking
from crm.contacts.importing.limits import MB, MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Unreadable
from crm.contacts.importing.options import Options
from crm.contacts.models import ContactImport, ImportRow
from portal.frame.files import streaming
from portal.frame.files.cells import unmarked
from portal.frame.files.writers import Page, as_csv
from portal.frame.keyset import by_id, is_fragment
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

State = ContactImport.State
_PAGE = 1000


@require_http_methods(["GET", "POST"])
@allowed(Permission.CONTACTS_IMPORT)
@csrf_exempt
def imports(request: SalonRequest) -> HttpResponse:
    """All lists so far, and the form that takes one more."""
    if request.method != "POST":
        return _lists(request)
    taker = taking.Taker()
    # Before anything reads the form: Django's own handlers would leave the file readable in a temporary folder.
    request.upload_handlers = [taker]
    answer: HttpResponse | None = None
    length = request.META.get("CONTENT_LENGTH") or "0"
    try:
        if length.isdecimal() and int(length) > max(MOST_BYTES.values()) + MB:
            raise Unreadable(taking.too_large("csv"))
        answer = _take(request, taker)
        return answer
    except Unreadable as problem:
        return _lists(request, problem=str(problem), status=422)
    except MultiPartParserError:
        return _lists(request, problem=_("The upload broke off. Please try again."), status=400)
    finally:
        taker.close()
        if taker.uploaded is not None and (answer is None or answer.status_code >= 400):
            # Of a form that was refused nothing stays.
            ending.drop_file(taker.uploaded.storage_key)


@csrf_protect
def _take(request: SalonRequest, taker: taking.Taker) -> HttpResponse:
    # Now it is read.
    request.FILES.get("file")
    if taker.problem:
        raise Unreadable(taker.problem)
    if taker.uploaded is None:
        raise Unreadable(_("Choose a file first."))
    one = actions.keep(taker.uploaded, country=request.salon.country, by=request.member)
    return HttpResponseRedirect(reverse("contacts:import", args=[one.public_id]), status=303)


def _lists(request: SalonRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    page = by_id(ContactImport.objects.select_related("by"), before=request.GET.get("before", ""))
    context = {
        "rows": [shown.line(one) for one in page.rows],
        "next_url": page.next_url(reverse("contacts:imports")),
        "is_next": bool(request.GET.get("before")) and is_fragment(request),
        "problem": problem,
        "limits": {
            "csv_mb": MOST_BYTES["csv"] // MB,
            "xlsx_mb": MOST_BYTES["xlsx"] // MB,
            "rows": MOST_ROWS,
            "columns": MOST_COLUMNS,
            "bytes": max(MOST_BYTES.values()),
        },
        "too_large": taking.too_large("csv"),
    }
    part = "#rows" if is_fragment(request) and request.method == "GET" else ""
    return render(request, f"crm/contacts/imports.html{part}", context, status=status)


@require_GET
@allowed(Permission.CONTACTS_IMPORT)
def sample(request: SalonRequest) -> HttpResponse:
    """A file that shows what a list may look like."""
    header = [str(columns.TARGETS[name]) for name in ("name", "phone", "birthday", "language", "tags", "wish.note")]
    header += [*(one.name for one in fields.live()), str(columns.CONSENT["consent.marketing"])]
    header.append(str(columns.CONSENT[columns.PROOF]))
    blank = [""] * len(fields.live())
    lines = [
        ["Ana Souza", "(11) 97654-3210", "1990-11-20", "pt", "vip, noivas", _("Likes coffee without sugar"), *blank],
        ["John Smith", "001 415 555 0132", "", "en", "", "", *blank],
    ]
    lines[0] += [_("yes"), _("Paper form, signed at the desk on 2026-03-02")]
    lines[1] += ["", ""]
    # As an import reads it, not as an export would write it: nothing here can be a formula.
    body = b"".join(as_csv([[header, *lines]]))
    name = _("contacts-sample")
    return HttpResponse(
        body,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


@require_GET
@allowed(Permission.CONTACTS_IMPORT)
def one(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One list: how it is read, or what becomes of it."""
    found = _found(public_id)
    if found.state == State.UPLOADED:
        return _mapping(request, found, mapping.reread(found, request.GET.dict()))
    return render(request, "crm/contacts/import.html", _about(found))


@require_GET
@allowed(Permission.CONTACTS_IMPORT)
def state(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """How far it is, for its page."""
    found = _found(public_id)
    if found.state == State.UPLOADED:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "crm/contacts/import.html#state", _about(found))


@require_POST
@allowed(Permission.CONTACTS_IMPORT)
def check(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Take what was said of the columns and try the list."""
    found = _found(public_id)
    try:
        options = mapping.read(found, request.POST.dict())
    except Unreadable as problem:
        return _unreadable(request, found, str(problem))
    try:
        mapping.check(options)
        actions.check(found, options, by=request.member)
    except mapping.Incomplete as problem:
        return _mapping(request, found, options, problem=str(problem), status=422)
    except actions.NotNow:
        messages.info(request, _("Somebody has gone on with this list meanwhile."))
    return _back(found)


@require_POST
@allowed(Permission.CONTACTS_IMPORT)
def act(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """`do`: run, cancel, or back to the columns."""
    found, verb = _found(public_id), request.POST.get("do", "")
    try:
        if verb == "run":
            actions.run(found, by=request.member)
        elif verb == "columns":
            actions.change_mapping(found)
        elif verb == "cancel":
            if not ending.cancel(found, by=request.member):
                messages.info(request, _("The list has ended already."))
        else:
            raise Http404
    except actions.NotNow:
        messages.info(request, _("Somebody has gone on with this list meanwhile."))
    except fields.NotPossible as problem:
        messages.error(request, str(problem))
    return _back(found)


@require_GET
@allowed(Permission.CONTACTS_IMPORT)
def refused(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The rows that were refused: a page of them, or all as a file (`download`)."""
    found = _found(public_id)
    if "download" in request.GET:
        stem = found.file_name.rpartition(".")[0] or found.file_name
        return streaming.answer(
            request,
            as_csv(_refused_pages(found)),
            salon_id=request.salon.pk,
            name=f"{stem}-{_('refused')}.csv",
            content_type="text/csv; charset=utf-8",
        )
    given = request.GET.get("after", "")
    after = int(given) if given.isdecimal() and len(given) <= 18 else 0
    return render(request, "crm/contacts/import.html#refusals", _refusals(found, after))


def _refused_pages(found: ContactImport) -> Iterator[Page]:
    known, last = fields.live(), 0
    yield [[_("Row"), _("What was refused"), _("Reason"), *Options.read(found.options).headers]]
    while rows := list(ImportRow.objects.filter(contact_import=found, row__gt=last).order_by("row")[:_PAGE]):
        last = rows[-1].row
        yield [
            [
                *(str(row.row), columns.label_of(row.field, known) if row.field else "", row.reason),
                # As they were: what makes them safe is put on once.
                *(unmarked(str(cell)) for cell in row.cells),
            ]
            for row in rows
        ]


def _mapping(
    request: SalonRequest, found: ContactImport, options: Options, *, problem: str = "", status: int = 200
) -> HttpResponse:
    try:
        look = files.look_at(found, options)
    except Unreadable as unreadable:
        return _unreadable(request, found, str(unreadable))
    context = {"one": shown.line(found), "problem": problem, **mapping.context(found, look, options)}
    return render(request, "crm/contacts/import_columns.html", context, status=status)


def _unreadable(request: SalonRequest, found: ContactImport, words: str) -> HttpResponse:
    context = {"one": {**shown.line(found), "error": words}, "is_unreadable": True}
    return render(request, "crm/contacts/import_columns.html", context, status=422)


def _about(found: ContactImport) -> dict[str, object]:
    is_working = found.state in shown.WORKING
    listed = {} if is_working else {"reasons": shown.reasons(found), **_refusals(found, 0)}
    return {"one": shown.about(found), **listed}


def _refusals(found: ContactImport, after: int) -> dict[str, object]:
    rows, last = shown.refusals(found, after=after)
    address = reverse("contacts:import_refused", args=[found.public_id])
    return {"refusals": rows, "refusals_url": f"{address}?after={last}" if last else "", "public_id": found.public_id}


def _found(public_id: UUID) -> ContactImport:
    return get_object_or_404(ContactImport.objects.select_related("by"), public_id=public_id)


def _back(found: ContactImport) -> HttpResponse:
    return HttpResponseRedirect(reverse("contacts:import", args=[found.public_id]), status=303)
