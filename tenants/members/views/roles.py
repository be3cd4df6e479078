"""/settings/roles/: what each role may do, and the salon's own ones."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.access.guard import SalonRequest, allowed
from tenants.access.membership import roles_in
from tenants.access.roles import Permission, Rights
from tenants.access.stepup import fresh
from tenants.access.words import GROUPS, groups_of
from tenants.members import custom_roles
from tenants.members.forms import NewRoleForm, RoleForm
from tenants.members.people import OutOfReach, Unknown
from tenants.members.views.people import why_not
from tenants.salons.models import RoleDefinition


@never_cache
@require_http_methods(["GET"])
@allowed(Permission.ROLES_MANAGE)
@fresh
def listed(request: SalonRequest) -> HttpResponse:
    """Roles beside permissions."""
    roles, rows, counts = (
        roles_in(request.salon.pk),
        custom_roles.rows_of(request.salon),
        custom_roles.counts_of(request.salon),
    )
    columns = [{"rights": one, "row": rows.get(one.role), "count": counts.get(one.role, 0)} for one in roles]
    table = [
        (
            group.title,
            [(label, [(one, one.may(permission)) for one in roles]) for permission, label in group.permissions],
        )
        for group in GROUPS
    ]
    return render(request, "members/roles.html", {"columns": columns, "table": table, "width": len(roles) + 1})


@never_cache
@require_http_methods(["GET", "POST"])
@allowed(Permission.ROLES_MANAGE)
@fresh
def new(request: SalonRequest) -> HttpResponse:
    """A role like another one, under a name of its own."""
    roles = custom_roles.may_be_copied(roles_in(request.salon.pk))
    form = NewRoleForm(request.POST or None, roles=roles, initial={"like": request.GET.get("like", "receptionist")})
    if request.method == "POST" and form.is_valid():
        try:
            row = custom_roles.make(
                request.salon, like=form.cleaned_data["like"], name=form.cleaned_data["name"], by=request.member
            )
        except custom_roles.NameTaken:
            form.add_error("name", _("Another role has this name."))
        except custom_roles.TooMany:
            form.add_error(
                None, _("A salon has at most %(most)d roles of its own.") % {"most": custom_roles.MOST_ROLES}
            )
        except Unknown as error:
            form.add_error("like", why_not(error))
        else:
            messages.success(request, _("The role %(name)s is there: choose what it may do") % {"name": row.label})
            return HttpResponseRedirect(reverse("roles:role", args=[row.public_id]), status=303)
    return render(request, "members/role_new.html", {"form": form}, status=422 if request.method == "POST" else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@allowed(Permission.ROLES_MANAGE)
@fresh
def role(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One of the salon's own: its name, and what it may do."""
    row = get_object_or_404(RoleDefinition, public_id=public_id, salon=request.salon)
    form = RoleForm(request.POST if request.method == "POST" else None, initial={"name": row.label})
    if request.method == "POST" and form.is_valid():
        try:
            custom_roles.change(request.salon, row, by=request.member, **form.cleaned_data)
        except custom_roles.NameTaken:
            form.add_error("name", _("Another role has this name."))
        except OutOfReach as error:
            form.add_error(None, why_not(error))
        except Unknown:
            raise Http404 from None
        else:
            messages.success(request, _("Saved; it counts within seconds, on open pages too"))
            return HttpResponseRedirect(reverse("roles:list"), status=303)
    return _shown(request, row, form)


@require_POST
@allowed(Permission.ROLES_MANAGE)
@fresh
def delete(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The role is no more; who has it gets another."""
    row = get_object_or_404(RoleDefinition, public_id=public_id, salon=request.salon)
    try:
        custom_roles.delete(request.salon, row, instead=request.POST.get("instead", ""), by=request.member)
    except (custom_roles.InUse, Unknown, OutOfReach):
        messages.error(request, _("Somebody has this role: choose which one they get instead."))
        return HttpResponseRedirect(reverse("roles:role", args=[row.public_id]), status=303)
    messages.success(request, _("The role %(name)s is gone") % {"name": row.label})
    return HttpResponseRedirect(reverse("roles:list"), status=303)


def _shown(request: SalonRequest, row: RoleDefinition, form: RoleForm) -> HttpResponse:
    chosen = set(form.data.getlist("permissions") if form.is_bound else row.permissions)  # type: ignore[attr-defined]
    others: list[Rights] = [one for one in roles_in(request.salon.pk) if one.role != row.key]
    context: dict[str, Any] = {
        "row": row,
        "form": form,
        "groups": [
            (group.title, [(one.value, label, one.value in chosen) for one, label in group.permissions])
            for group in groups_of(custom_roles.GIVABLE)
        ],
        "count": custom_roles.counts_of(request.salon).get(row.key, 0),
        "others": custom_roles.may_be_copied(others),
    }
    return render(request, "members/role.html", context, status=422 if form.is_bound else 200)
