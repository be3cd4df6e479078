"""The list of templates, one template, and what is done with it."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels_wa.message_templates import actions, queries, refusals
from channels_wa.message_templates.bubble import bubble_of
from channels_wa.message_templates.drafts import of_template
from channels_wa.message_templates.languages import LANGUAGES, language_name
from channels_wa.message_templates.models import MessageTemplate, Status
from channels_wa.message_templates.rows import Card, account_words, groups_of
from portal.frame.keyset import is_fragment
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

NAMES_A_PAGE = 30
LONGEST_SEARCH = 80
# Those a person looks for by their state; the rest is rare.
STATUSES = (Status.APPROVED, Status.PENDING, Status.REJECTED, Status.PAUSED, Status.DRAFT, Status.DISABLED)


@require_GET
@allowed(Permission.TEMPLATES_SEE)
def templates(request: SalonRequest) -> HttpResponse:
    """All templates by name, with their languages; a fragment is a page of it."""
    accounts = queries.accounts()
    given = {name: request.GET.get(name, "").strip() for name in ("search", "status", "language", "account")}
    found = _filtered(given, accounts)
    names, next_key = _page_of_names(found, request.GET.get("after", ""))
    wanted = Q(pk__in=[])
    for name, waba_id in names:
        wanted |= Q(name=name, waba_id=waba_id)
    rows = found.filter(wanted).order_by("name", "waba_id", "language")
    url = reverse("templates:list")
    query = {name: value for name, value in given.items() if value}
    is_filtered = bool(query)
    context = {
        "groups": groups_of(rows, accounts),
        "next_url": f"{url}?{urlencode({**query, 'after': next_key})}" if next_key else "",
        "is_next": bool(request.GET.get("after")),
        "given": given,
        "is_filtered": is_filtered,
        "has_number": bool(accounts),
        "may_edit": request.member.may(Permission.TEMPLATES_EDIT),
        **({} if is_fragment(request) else _choices(accounts)),
    }
    page = "message_templates/list.html"
    return render(request, f"{page}#page" if is_fragment(request) else page, context)


@require_GET
@allowed(Permission.TEMPLATES_SEE)
def template(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One template: what the guest will see, where it stands and why; `?part=status` is what may change by itself."""
    found = _load(public_id)
    context = _card(request, found)
    if request.GET.get("part") == "status":
        return render(request, "message_templates/template.html#status", context)
    others = MessageTemplate.objects.live().filter(waba_id=found.waba_id, name=found.name).exclude(pk=found.pk)
    taken = {found.language, *others.values_list("language", flat=True)}
    context |= {
        "others": [Card(one) for one in others.order_by("language")],
        "languages": [(code, name) for code, name in LANGUAGES.items() if code not in taken],
        "bubble": bubble_of(of_template(found)),
        "account": account_words(queries.accounts().get(found.waba_id, [])),
    }
    return render(request, "message_templates/template.html", context)


@require_POST
@allowed(Permission.TEMPLATES_EDIT)
def submit(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Have it reviewed; the page shows what becomes of it."""
    found = _load(public_id)
    try:
        actions.submit(found, by=request.member)
    except actions.CannotDo as cannot:
        if any(one.field for one in cannot.findings):
            return _to(reverse("templates:edit", args=[public_id]) + "?check=1")
        return toast(request, str(cannot), status=409)
    return _to(reverse("templates:template", args=[public_id]))


@require_POST
@allowed(Permission.TEMPLATES_EDIT)
def duplicate(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """A copy to work on, in another language if one is named."""
    language = request.POST.get("language", "")
    if language and language not in LANGUAGES:
        return toast(request, _("Choose the language of the copy."), status=422)
    try:
        made = actions.duplicate(_load(public_id), by=request.member, language=language)
    except actions.CannotDo as cannot:
        return toast(request, str(cannot), status=409)
    return _to(reverse("templates:edit", args=[made.public_id]))


@require_http_methods(["GET", "POST"])
@allowed(Permission.TEMPLATES_EDIT)
def delete(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Asks, then deletes."""
    found = _load(public_id)
    if request.method == "GET":
        context = {"card": Card(found), "bubble": bubble_of(of_template(found))}
        return render(request, "message_templates/delete.html", context)
    try:
        actions.delete(found, by=request.member)
    except actions.CannotDo as cannot:
        return toast(request, str(cannot), status=409)
    if found.is_at_meta:
        return _to(reverse("templates:template", args=[public_id]))
    return toast_at(request, reverse("templates:list"), _("The draft is deleted."))


@require_POST
@allowed(Permission.TEMPLATES_EDIT)
def drop_changes(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Back to what Meta has."""
    try:
        actions.drop_changes(_load(public_id), by=request.member)
    except actions.CannotDo as cannot:
        return toast(request, str(cannot), status=409)
    return toast_at(request, reverse("templates:template", args=[public_id]), _("The changes are gone."))


@require_POST
@allowed(Permission.TEMPLATES_EDIT)
def sync(request: SalonRequest) -> HttpResponse:
    """Read what Meta has; it comes by itself as well, this is for those who cannot wait."""
    accounts = queries.accounts()
    if not accounts:
        return toast(request, _("Connect a WhatsApp number first."), status=409)
    actions.ask_for_sync(sorted(accounts))
    return toast(request, _("WhatsApp is being asked. New templates appear here in a moment."))


def toast_at(request: SalonRequest, url: str, text: str) -> HttpResponse:
    """To another page, which says what was done."""
    from django.contrib import messages

    messages.success(request, text)
    return _to(url)


def _to(url: str) -> HttpResponse:
    return HttpResponseRedirect(url, status=303)


def _load(public_id: UUID) -> MessageTemplate:
    return get_object_or_404(MessageTemplate, public_id=public_id)


def _card(request: SalonRequest, found: MessageTemplate) -> dict[str, Any]:
    may_edit = request.member.may(Permission.TEMPLATES_EDIT)
    can_submit = found.is_editable and (found.status != Status.APPROVED or found.changes is not None)
    return {
        "card": Card(found),
        "problems": [one.text for one in refusals.findings_of(found)],
        "may_edit": may_edit,
        "can_edit": may_edit and found.is_editable,
        "can_submit": may_edit and can_submit,
        "can_delete": may_edit and found.status not in (Status.DELETED, Status.PENDING_DELETION),
    }


def _filtered(given: dict[str, str], accounts: dict[str, Any]) -> QuerySet[MessageTemplate]:
    rows = MessageTemplate.objects.live()
    if given["status"] in Status.values:
        rows = rows.filter(status=given["status"])
    if given["language"]:
        rows = rows.filter(language=given["language"])
    if given["account"] in accounts:
        rows = rows.of_account(given["account"])
    for word in given["search"][:LONGEST_SEARCH].split():
        # The text stands inside of Meta's form; at most a few thousand rows of one salon are looked through.
        rows = rows.alias(words=Cast("components", TextField())).filter(
            Q(name__icontains=word) | Q(words__icontains=word)
        )
    return rows


def _page_of_names(rows: QuerySet[MessageTemplate], after: str) -> tuple[list[tuple[str, str]], str]:
    """The names of one page, each with its account, and the key that the next ones come after."""
    names = rows.order_by("name", "waba_id").values_list("name", "waba_id").distinct()
    name, _sep, waba_id = after.partition("~")
    if name:
        names = names.filter(Q(name__gt=name) | Q(name=name, waba_id__gt=waba_id))
    found = list(names[: NAMES_A_PAGE + 1])
    more = len(found) > NAMES_A_PAGE
    page = found[:NAMES_A_PAGE]
    return page, "~".join(page[-1]) if more else ""


def _choices(accounts: dict[str, Any]) -> dict[str, Any]:
    used = MessageTemplate.objects.live().order_by("language").values_list("language", flat=True).distinct()
    return {
        "statuses": [(one.value, one.label) for one in STATUSES],
        "languages": [(code, language_name(code)) for code in used],
        "accounts": [(waba_id, account_words(numbers)) for waba_id, numbers in accounts.items()],
    }
