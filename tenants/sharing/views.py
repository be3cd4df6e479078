"""The share dialog of a thing; without JavaScript it is a page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ops import clock
from portal.frame import moments
from portal.frame.keyset import is_fragment
from portal.frame.toasts import add_event, add_toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.sharing import actions
from tenants.sharing.checking import ANY, check_thing
from tenants.sharing.forms import ChangeForm, GiveForm, as_typed
from tenants.sharing.kinds import Kind, kinds
from tenants.sharing.models import Restriction, Share
from tenants.sharing.queries import rights_on
from tenants.sharing.rights import NONE, Right, may_give
from tenants.sharing.subjects import Known, Named


@dataclass
class Row:
    """One grant as the dialog shows it."""

    share: Share
    who: Named
    words: str
    by: str
    has_ended: bool
    may_change: bool
    choices: list[tuple[str, str]]
    until: str


@require_GET
@allowed(Permission.SHARES_MANAGE, shared=ANY)
def dialog(request: SalonRequest, kind: str, thing: UUID) -> HttpResponse:
    """Who has which right on it, who gave it, and until when."""
    return _show(request, *_find(request, kind, thing))


@require_POST
@allowed(Permission.SHARES_MANAGE, shared=ANY)
def give(request: SalonRequest, kind: str, thing: UUID) -> HttpResponse:
    """Give somebody a right."""
    known_kind, row = _find(request, kind, thing)
    known = Known()
    form = GiveForm(request.POST, known=known)
    if not form.is_valid():
        return _show(request, known_kind, row, problems=_problems(form), given=request.POST, known=known, status=422)
    subject, right = form.cleaned_data["to"], Right(form.cleaned_data["right"])
    try:
        actions.give(known_kind, thing, subject, right, until=form.cleaned_data["until"], by=request.member)
    except (actions.NotAllowed, actions.TooMany) as refused:
        return _refused(request, known_kind, row, refused, known)
    words = _("%(name)s: %(right)s") % {"name": known.named(subject).name, "right": right.label}
    return _done(request, known_kind, row, words, known)


@require_POST
@allowed(Permission.SHARES_MANAGE, shared=ANY)
def change(request: SalonRequest, kind: str, thing: UUID, share_id: UUID) -> HttpResponse:
    """Another right, or another end."""
    known_kind, row = _find(request, kind, thing)
    share, form = _share(kind, thing, share_id), ChangeForm(request.POST)
    if share is None:
        return _show(request, known_kind, row, problems={"all": _gone()}, status=409)
    if not form.is_valid():
        return _show(request, known_kind, row, problems={"all": next(iter(_problems(form).values()))}, status=422)
    try:
        right, until = Right(form.cleaned_data["right"]), form.cleaned_data["until"]
        actions.change(known_kind, share, right, until=until, by=request.member)
    except actions.NotAllowed as refused:
        return _refused(request, known_kind, row, refused)
    return _done(request, known_kind, row, _("Changed."))


@require_POST
@allowed(Permission.SHARES_MANAGE, shared=ANY)
def remove(request: SalonRequest, kind: str, thing: UUID, share_id: UUID) -> HttpResponse:
    """Take a right back. Twice is as good as once."""
    known_kind, row = _find(request, kind, thing)
    share, known = _share(kind, thing, share_id), Known()
    if share is None:
        return _done(request, known_kind, row, _gone(), known)
    name = known.named((share.subject_kind, share.subject)).name
    try:
        actions.take_back(known_kind, share, by=request.member)
    except actions.NotAllowed as refused:
        return _refused(request, known_kind, row, refused, known)
    return _done(request, known_kind, row, _("Taken back from %(name)s.") % {"name": name}, known)


@require_POST
@allowed(Permission.SHARES_MANAGE, shared=ANY)
def only(request: SalonRequest, kind: str, thing: UUID) -> HttpResponse:
    """Close it to all but these people (`on=1`), or open it again to everybody whose role opens it."""
    known_kind, row = _find(request, kind, thing)
    on = request.POST.get("on") == "1"
    try:
        actions.restrict(known_kind, thing, on=on, by=request.member)
    except actions.NotAllowed as refused:
        return _refused(request, known_kind, row, refused)
    words = _("Only these people get to it now.") if on else _("Everybody whose role opens it gets to it again.")
    return _done(request, known_kind, row, words)


def _find(request: SalonRequest, kind: str, thing: UUID) -> tuple[Kind, Any]:
    """Raises Http404 for what they may not see, and PermissionDenied for what they may not share."""
    known = kinds().get(kind)
    row = known.find(thing) if known else None
    if known is None or row is None:
        raise Http404
    check_thing(request.member, kind, thing, Right.VIEW)
    check_thing(request.member, kind, thing, Right.SHARE)
    return known, row


def _share(kind: str, thing: UUID, share_id: UUID) -> Share | None:
    return Share.objects.on(kind, thing).filter(public_id=share_id).first()


def _gone() -> str:
    return _("Somebody has taken it back already.")


def _problems(form: ChangeForm) -> dict[str, str]:
    return {name: str(errors[0]) for name, errors in form.errors.items()}


def _refused(request: SalonRequest, kind: Kind, row: Any, why: Exception, known: Known | None = None) -> HttpResponse:
    if isinstance(why, actions.TooMany):
        words = _("It is shared with %(most)s already. Give it to a role or a team instead.") % {"most": actions.MOST}
    elif isinstance(why, actions.TooLong):
        words = _("You have it until %(until)s yourself: give it for no longer.") % {"until": moments.full(why.until)}
    elif isinstance(why, actions.TooMuch):
        words = _("You cannot give more than you have.")
    else:
        words = _("Only who may do everything with it can change this.")
    return _show(request, kind, row, problems={"all": words}, given=request.POST, known=known, status=422)


def _done(request: SalonRequest, kind: Kind, row: Any, words: str, known: Known | None = None) -> HttpResponse:
    rights = rights_on(request.member, kind.key, row.public_id)
    if not is_fragment(request):
        target = reverse("sharing:dialog", args=[kind.key, row.public_id]) if Right.SHARE in rights else "/"
        return HttpResponseRedirect(target, status=303)
    if Right.SHARE not in rights:  # they took their own right back
        return HttpResponse(status=204, headers={"HX-Redirect": kind.link(row) if rights != NONE else "/"})
    return add_event(add_toast(_show(request, kind, row, known=known), words), "shares-changed")


def _show(
    request: SalonRequest,
    kind: Kind,
    row: Any,
    *,
    problems: dict[str, str] | None = None,
    given: Any = None,
    known: Known | None = None,
    status: int = 200,
) -> HttpResponse:
    own, known = rights_on(request.member, kind.key, row.public_id), known or Known()
    context = {
        "kind": kind,
        "thing": row,
        "name": kind.name(row),
        "link": kind.link(row),
        "rows": _rows(request, kind, row.public_id, known),
        "groups": known.groups(),
        "rights": [(right.value, right.label) for right in may_give(own)],
        "only_these": Restriction.objects.filter(kind=kind.key, thing=row.public_id).exists(),
        "may_close": Right.ADMIN in own,
        "problems": problems or {},
        "given": given or {},
        "soonest": as_typed(clock.now()),
    }
    part = "#dialog" if is_fragment(request) else ""
    return render(request, f"sharing/dialog.html{part}", context, status=status)


def _rows(request: SalonRequest, kind: Kind, thing: UUID, known: Known) -> list[Row]:
    own, now = rights_on(request.member, kind.key, thing), clock.now()
    shares = Share.objects.on(kind.key, thing).select_related("granted_by").order_by("pk")
    may = {right.value: str(right.label) for right in may_give(own)}
    return [
        Row(
            share=one,
            who=known.named((one.subject_kind, one.subject)),
            words=str(Right(one.right).label),
            by=one.granted_by.name if one.granted_by else "",
            has_ended=_is_over(one.expires_at, now),
            may_change=Right.ADMIN in own or one.granted_by_id == request.member.pk,
            choices=list((may | {one.right: str(Right(one.right).label)}).items()),
            until=as_typed(one.expires_at),
        )
        for one in shares
    ]


def _is_over(until: datetime | None, now: datetime) -> bool:
    return until is not None and until <= now
