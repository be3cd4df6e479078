"""On the public host: whoever has an invitation's link joins the salon, with the account they have or a new one.

The link is opened once into the session and leaves the address bar. It proves the address, never a person: an account
that is there is entered by its own log-in, with whatever that asks for.
"""

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import EmailAddress, Login
from django import forms
from django.contrib.auth import logout
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.accounts.models import User
from tenants.members import inviting
from tenants.members.people import Unknown
from tenants.salons.models import Invitation

IN_SESSION = "invitation"


class NewAccountForm(forms.Form):
    """Who they are; the address is known, and proven."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    password = forms.CharField(
        label=_("Choose a password"),
        strip=False,
        min_length=10,
        max_length=200,
        help_text=_("At least 10 characters. A few words that only you put together are good."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def clean(self) -> dict[str, Any]:
        """The password is none that others would guess."""
        given = super().clean() or {}
        if "password" in given:
            try:
                validate_password(given["password"], User(email=self.email, name=given.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return given


@never_cache
@require_GET
def open_link(request: Any, token: str) -> HttpResponse:
    """The link of the e-mail: kept in the session, so that it stands in no address bar and no log."""
    token_hash = inviting.hash_of(token)
    if inviting.by_hash(token_hash) is None:
        return _dead(request)
    request.session[IN_SESSION] = token_hash
    return HttpResponseRedirect(reverse("joining:invitation"))


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: Any) -> HttpResponse:
    """What one is invited to; a POST joins."""
    token_hash = request.session.get(IN_SESSION, "")
    found = inviting.by_hash(token_hash)
    if found is None:
        return _dead(request)
    known = _account_of(found.email)
    if request.user.is_authenticated:
        is_theirs = known is not None and known.pk == request.user.pk
        if request.method == "POST" and is_theirs:
            return _join(request, token_hash, request.user)
        return _page(request, found, is_theirs=is_theirs)
    if known is not None:
        return _page(request, found, has_account=True)
    form = NewAccountForm(request.POST or None, email=found.email)
    if request.method == "POST" and form.is_valid():
        return _sign_up(request, token_hash, found, form)
    return _page(request, found, form=form, status=422 if request.method == "POST" else 200)


@require_POST
def somebody_else(request: Any) -> HttpResponse:
    """Log out whoever is here, and go on with the invitation."""
    token_hash = request.session.get(IN_SESSION, "")
    logout(request)
    request.session[IN_SESSION] = token_hash
    return HttpResponseRedirect(reverse("joining:invitation"), status=303)


def _account_of(email: str) -> User | None:
    """Who has proven this address before; an account that never did is nobody's yet."""
    found = EmailAddress.objects.select_related("user").filter(email__iexact=email, verified=True).first()
    return found.user if found else None


def _join(request: Any, token_hash: str, user: User) -> HttpResponse:
    try:
        salon = inviting.accept(token_hash, user)
    except inviting.Dead:
        return _dead(request)
    request.session.pop(IN_SESSION, None)
    return HttpResponseRedirect(reverse("enter_salon", args=[salon.slug]), status=303)


def _sign_up(request: Any, token_hash: str, found: Invitation, form: NewAccountForm) -> HttpResponse:
    try:
        with transaction.atomic():
            user = _new_account(found.email, form.cleaned_data["name"], form.cleaned_data["password"])
            salon = inviting.accept(token_hash, user)
    except inviting.Dead:
        return _dead(request)
    if not user.is_active:
        return _dead(request)
    record_authentication(request, user, method="password", email=user.email)
    request.session.pop(IN_SESSION, None)
    target = reverse("enter_salon", args=[salon.slug])
    answer: HttpResponse = perform_login(request, Login(user=user, redirect_url=target))
    return answer


def _new_account(email: str, name: str, password: str) -> User:
    """The account of an address that the link has proven. One that somebody made with it and never proved is taken
    over: its password was chosen by whoever made it."""
    user = User.objects.select_for_update().filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, password, name=name)
    elif user.is_active:
        user.name = name
        user.set_password(password)
        user.save()
    else:
        raise inviting.Dead
    EmailAddress.objects.filter(user=user).exclude(email__iexact=email).delete()
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user


def _page(request: Any, found: Invitation, *, status: int = 200, **more: Any) -> HttpResponse:
    try:
        role = inviting.role_of(found).label
    except Unknown:
        return _dead(request)
    context = {"invitation": found, "salon_name": found.salon.name, "role": role, **more}
    return render(request, "members/invitation.html", context, status=status)


def _dead(request: Any) -> HttpResponse:
    return render(request, "members/invitation_dead.html", status=410)
