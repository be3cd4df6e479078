"""Writing a template: the form, and what it says while one types."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channels_wa.message_templates import actions, queries, refusals
from channels_wa.message_templates.bubble import bubble_of
from channels_wa.message_templates.button_rules import LONGEST_TEXT
from channels_wa.message_templates.drafts import MOST_BUTTONS, Draft, as_fields, from_form, of_template
from channels_wa.message_templates.findings import Finding, error
from channels_wa.message_templates.languages import LANGUAGES
from channels_wa.message_templates.lint import LONGEST_BODY, LONGEST_FOOTER, LONGEST_HEADER
from channels_wa.message_templates.models import Category, MessageTemplate, Status
from channels_wa.message_templates.rows import Card, account_words
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

PAGE = "message_templates/editor.html"


@require_http_methods(["GET", "POST"])
@allowed(Permission.TEMPLATES_EDIT)
def new(request: SalonRequest) -> HttpResponse:
    """An empty form; POST keeps the draft, and submits it if asked to."""
    accounts = queries.accounts()
    if not accounts:
        return render(request, "message_templates/no_number.html")
    if request.method == "GET":
        draft = Draft("", _language_of_salon(request), components=[{"type": "BODY", "text": ""}])
        return _form(request, draft, [])
    draft, waba_id = from_form(request.POST), _account(request, accounts)
    try:
        made = actions.create(draft, waba_id=waba_id, by=request.member)
    except actions.CannotDo as cannot:
        return _form(request, draft, cannot.findings, status=422)
    return _saved(request, made, draft)


@require_http_methods(["GET", "POST"])
@allowed(Permission.TEMPLATES_EDIT)
def edit(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The form of one that exists; POST keeps the changes, and submits them if asked to."""
    found = get_object_or_404(MessageTemplate, public_id=public_id)
    if not found.is_editable:
        return _to(found)
    if request.method == "GET":
        draft, findings = of_template(found), refusals.findings_of(found)
        if request.GET.get("check"):
            findings = [*findings, *actions.lint(draft, waba_id=found.waba_id, template=found)]
        return _form(request, draft, findings, found)
    draft = from_form(_with_fixed(request.POST, found))
    try:
        found = actions.change(found, draft, by=request.member, revision=_revision(request))
    except actions.CannotDo as cannot:
        return _form(request, draft, cannot.findings, found, status=422)
    except actions.Stale:
        words = _("Somebody else has changed this template meanwhile. Open it again in another tab and compare.")
        return _form(request, draft, [error("", words)], found, status=409)
    return _saved(request, found, draft)


@require_POST
@allowed(Permission.TEMPLATES_EDIT)
def preview(request: SalonRequest) -> HttpResponse:
    """What the guest would see, and what is left to mend: asked for while one types."""
    accounts = queries.accounts()
    opened = _uuid(request.POST.get("template"))
    found = MessageTemplate.objects.filter(public_id=opened).first() if opened else None
    draft = from_form(_with_fixed(request.POST, found) if found else request.POST)
    waba_id = found.waba_id if found else _account(request, accounts) if accounts else ""
    context = {"bubble": bubble_of(draft), "findings": actions.lint(draft, waba_id=waba_id, template=found)}
    return render(request, f"{PAGE}#preview", context)


def _saved(request: SalonRequest, template: MessageTemplate, draft: Draft) -> HttpResponse:
    if request.POST.get("act") != "submit":
        from django.contrib import messages

        messages.success(request, _("Kept. WhatsApp sees it when you submit it."))
        return _to(template)
    try:
        actions.submit(template, by=request.member)
    except actions.CannotDo as cannot:
        # The draft is kept; what is left to mend stands at its fields.
        findings = cannot.findings
        template.refresh_from_db()
        return _form(request, draft, findings, template, status=422)
    return _to(template)


def _form(
    request: SalonRequest,
    draft: Draft,
    findings: Sequence[Finding],
    template: MessageTemplate | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    accounts = queries.accounts()
    waba_id = template.waba_id if template else _account(request, accounts)
    fields, kinds = as_fields(draft), _button_kinds()
    words = dict(kinds)
    fields["buttons"] = [{**one, "words": words.get(one["type"], one["type"])} for one in fields["buttons"]]
    context: dict[str, Any] = {
        "fields": fields,
        "findings": actions.lint(draft, waba_id=waba_id, template=template),
        "told": _by_field(findings),
        "bubble": bubble_of(draft),
        "card": Card(template) if template else None,
        "template": template,
        "is_fixed": template is not None and template.is_at_meta,
        "is_category_fixed": template is not None and template.status == Status.APPROVED,
        "languages": list(LANGUAGES.items()),
        "categories": _categories(),
        "headers": _headers(),
        "button_kinds": kinds,
        # Copied by the page's script.
        "blank_sample": {"field": "sample.__.__", "name": "__", "value": ""},
        "blank_button": {"type": "", "words": ""},
        "upload_url": reverse("media:upload"),
        "accounts": [(one, account_words(numbers)) for one, numbers in accounts.items()],
        "account": waba_id,
        "limits": {
            "header": LONGEST_HEADER, "body": LONGEST_BODY, "footer": LONGEST_FOOTER, "button": LONGEST_TEXT,
            "buttons": MOST_BUTTONS,
        },
    }  # fmt: skip
    return render(request, PAGE, context, status=status)


def _by_field(findings: Sequence[Finding]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in findings:
        found.setdefault(one.field or "form", []).append(one.text)
    return found


def _categories() -> list[tuple[str, str, str]]:
    """Each with advice: Meta's own words for them help nobody who cuts hair."""
    return [
        (
            Category.UTILITY,
            _("Service"),
            _("About a booking or a purchase of this guest: reminder, confirmation, change."),
        ),
        (
            Category.MARKETING,
            _("Marketing"),
            _("Everything that invites: offers, news, birthday wishes, “we miss you”."),
        ),
    ]


def _headers() -> list[tuple[str, str]]:
    return [
        ("none", _("None")), ("text", _("Text")), ("image", _("Image")), ("video", _("Video")),
        ("document", _("Document")), ("location", _("Place")),
    ]  # fmt: skip


def _button_kinds() -> list[tuple[str, str]]:
    return [
        ("quick_reply", _("Quick reply")), ("url", _("Link")), ("phone_number", _("Call")),
        ("copy_code", _("Copy code")),
    ]  # fmt: skip


def _with_fixed(data: Any, template: MessageTemplate) -> dict[str, Any]:
    """What Meta keeps for ever is not in the form."""
    values = dict(data.items())
    if template.is_at_meta:
        values |= {"name": template.name, "language": template.language}
    if template.status == Status.APPROVED:
        values["category"] = template.category
    return values


def _account(request: SalonRequest, accounts: dict[str, Any]) -> str:
    """The account chosen; else that of the default number."""
    chosen = request.POST.get("account", "") or request.GET.get("account", "")
    if chosen in accounts:
        return chosen
    defaults = [waba_id for waba_id, numbers in accounts.items() if any(one.is_default for one in numbers)]
    return next(iter(defaults or accounts), "")


def _language_of_salon(request: SalonRequest) -> str:
    language = str(getattr(request, "LANGUAGE_CODE", "") or "")
    return {"pt-br": "pt_BR", "en": "en_US", "es": "es"}.get(language, "pt_BR")


def _revision(request: SalonRequest) -> int | None:
    given = request.POST.get("revision", "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


def _uuid(given: str | None) -> UUID | None:
    try:
        return UUID(given or "")
    except ValueError:
        return None


def _to(template: MessageTemplate) -> HttpResponse:
    return HttpResponseRedirect(reverse("templates:template", args=[template.public_id]), status=303)
