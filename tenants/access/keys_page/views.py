"""API keys: made, shown once, changed, rotated, ended (TN-007)."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from ops.addresses import client_ip
from portal.frame.toasts import toast
from tenants.access import keys
from tenants.access.guard import SalonRequest, allowed
from tenants.access.keys_page.forms import OVERLAPS, NewForm, RotateForm, SettingsForm, last_day, offered, within
from tenants.access.keys_page.shown import Shown, shown, shown_one
from tenants.access.membership import STORED, rights_of, roles_in, with_role
from tenants.access.models import ApiKey
from tenants.access.roles import Permission
from tenants.access.stepup import fresh

MOST_ALIVE = 100
ENDED_SHOWN = 50


@never_cache
@require_GET
@allowed(Permission.KEYS_MANAGE)
def listing(request: SalonRequest) -> HttpResponse:
    """Those that open something, then those that did."""
    rows = list(_keys(request).order_by("-pk")[: MOST_ALIVE + ENDED_SHOWN])
    found = shown(request.salon.pk, rows)
    alive, ended = [one for one in found if one.key.is_alive], [one for one in found if not one.key.is_alive]
    return render(request, "keys/list.html", {"alive": alive, "ended": ended[:ENDED_SHOWN]})


@never_cache
@require_http_methods(["GET", "POST"])
@allowed(Permission.KEYS_MANAGE)
@fresh
def new(request: SalonRequest) -> HttpResponse:
    """Make a key; the answer shows it, and nothing ever again."""
    held = request.member.rights
    roles = [one for one in roles_in(request.salon.pk) if one.permissions <= held.permissions]
    form = NewForm(request.POST or None, roles=roles, permissions=offered(held), client=client_ip(request))
    if request.method == "POST" and form.is_valid():
        if sum(key.is_alive for key in _keys(request)) >= MOST_ALIVE:
            form.add_error(None, _("There are %(most)d keys already. Revoke one first.") % {"most": MOST_ALIVE})
        else:
            return _make(request, form)
    return render(request, "keys/new.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@allowed(Permission.KEYS_MANAGE)
def key(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One key, and its settings."""
    found = _load(request, public_id)
    if request.method == "POST":
        return change(request, found)
    return _page(request, found)


@fresh
def change(request: SalonRequest, found: ApiKey) -> HttpResponse:
    """Keep its settings."""
    if not within(request.member.rights, found):
        raise PermissionDenied("the key may do more than its changer")
    form = SettingsForm(request.POST, client=client_ip(request))
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    to = form.settings()
    if form.cleaned_data["ends"] is not None and form["ends"].value() == str(last_day(found)):
        # The day that stood there: a key that ends within it keeps its hour.
        to.pop("expires_at")
    if found.replaced_by is not None:
        # Its end was set when another took its place.
        to.pop("expires_at", None)
    if not found.is_alive:
        return toast(request, _("This key opens nothing any more."), status=409)
    keys.change_key(found, by=request.member, **to)
    return toast(request, _("Saved"))


@never_cache
@require_http_methods(["GET", "POST"])
@allowed(Permission.KEYS_MANAGE)
@fresh
def rotate(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """A new key in place of this one, both good for a while."""
    found = _load(request, public_id)
    if request.method == "GET":
        return HttpResponseRedirect(reverse("keys:key", args=[public_id]), status=303)
    if not within(request.member.rights, found):
        raise PermissionDenied("the key may do more than its changer")
    form = RotateForm(request.POST)
    if not form.is_valid():
        return _page(request, found, rotate_form=form, status=422)
    overlap = OVERLAPS[form.cleaned_data["overlap"]]
    try:
        made, text = keys.replace_key(found, overlap=overlap, expires_at=form.cleaned_data["ends"], by=request.member)
    except keys.NotRotatable:
        return toast(request, _("This key was rotated or ended already."), status=409)
    return _show_once(request, made, text, old=_load(request, public_id) if overlap else None)


@never_cache
@require_http_methods(["GET", "POST"])
@allowed(Permission.KEYS_MANAGE)
@fresh
def revoke(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """End it now, once it is clear what stops."""
    found = _load(request, public_id)
    if request.method == "GET":
        return render(request, "keys/revoke.html", {"one": shown_one(request.salon.pk, found)})
    if not keys.revoke_key(found, by=request.member):
        return toast(request, _("This key was revoked already."), status=409)
    return HttpResponseRedirect(reverse("keys:list"), status=303)


def _make(request: SalonRequest, form: NewForm) -> HttpResponse:
    wanted = keys.NewKey(role=form.role, scopes=form.chosen, public_id=form.public_id, **form.settings())
    try:
        made, text = keys.add_key(request.salon.pk, wanted, by=request.member)
    except IntegrityError:
        # The form came twice, or back from the history: the key was made the first time.
        if _keys(request).filter(public_id=form.public_id).exists():
            words = _("This key was made already. It was shown once; if nobody kept it, revoke it and make another.")
            return toast(request, words, status=409)
        raise Http404 from None
    return _show_once(request, made, text)


def _show_once(request: SalonRequest, made: ApiKey, text: str, *, old: ApiKey | None = None) -> HttpResponse:
    base = request.build_absolute_uri("/api/v1/")
    return render(request, "keys/made.html", {"key": made, "text": text, "old": old, "base": base})


def _page(request: SalonRequest, found: ApiKey, *, status: int = 200, **given: Any) -> HttpResponse:
    one: Shown = shown_one(request.salon.pk, found)
    context = {
        "one": one,
        "may_hold": within(request.member.rights, found),
        "form": SettingsForm.of(found, client_ip(request)),
        "rotate_form": RotateForm(initial={"ends": _as_long(found)}),
    }
    return render(request, "keys/key.html", context | given, status=status)


def _as_long(found: ApiKey) -> Any:
    """The last day of a key that lives as long as this one was to."""
    ends = keys.as_long(found)
    return last_day(ApiKey(expires_at=ends)) if ends else None


def _keys(request: SalonRequest) -> QuerySet[ApiKey]:
    return with_role(ApiKey.objects.filter(salon_id=request.salon.pk))


def _load(request: SalonRequest, public_id: UUID) -> ApiKey:
    found = _keys(request).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    found.rights = rights_of(found.role, getattr(found, STORED))
    return found
