"""Registering: the person and, but for those who were invited, their salon."""

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.account.internal.flows.login import clear_authentication_records, record_authentication
from allauth.core import context
from django import forms
from django.db import transaction
from django.utils.translation import get_language

from ops.ids import uuid7
from tenants.accounts import openings
from tenants.salons import opening
from tenants.salons.actions import CannotOpen, why_not

# Who goes there after registering joins a salon that stands.
JOINING = ("/accounts/invitation/",)


class _Rehearsed(Exception):
    """Taken back."""


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    """E-mail, password, and the salon's name; its address is made from the name where it is left empty."""

    field_order = ("email", "password1", "name", "slug", "time_zone", "ticket")
    name = forms.CharField(required=False)
    slug = forms.CharField(required=False)
    time_zone = forms.CharField(required=False)
    ticket = forms.CharField(required=False)
    error: CannotOpen | None = None

    @property
    def is_joining(self) -> bool:
        """Whether the person was invited to a salon, and opens none."""
        request = context.request
        return str(request.POST.get("next") or request.GET.get("next") or "").startswith(JOINING)

    @property
    def salon(self) -> dict[str, Any]:
        """What the salon's part of the page shows."""
        return openings.form_context(self.data, self.error)

    def clean(self) -> Any:
        """Say of the salon too what must be changed."""
        cleaned = super().clean()
        if self._opens():
            self.error = why_not(openings.wanted(self.data))
            if self.error is not None:
                self.add_error(self.error.field if self.error.field in self.fields else "name", str(self.error))
        return cleaned

    def try_save(self, request: Any) -> Any:
        """One transaction; a known address costs the same work as a new one, and nothing is written for it."""
        with transaction.atomic():
            if self.account_already_exists:
                self._rehearse(request)
            return super().try_save(request)

    def _rehearse(self, request: Any) -> None:
        """Everything that a new address would bring, taken back."""
        email = self.cleaned_data["email"]
        try:
            with transaction.atomic():
                self.account_already_exists = False
                self.cleaned_data["email"] = f"{uuid7().hex}@rehearsal.invalid"
                self.save(request)
                raise _Rehearsed
        except _Rehearsed:
            clear_authentication_records(request)
        finally:
            self.account_already_exists = True
            self.cleaned_data["email"] = email

    def custom_signup(self, request: Any, user: Any) -> None:
        """Ask for the salon, which waits until the address is confirmed."""
        super().custom_signup(request, user)
        user.language = get_language() or ""
        user.save(update_fields=["language"])
        # Who comes back by the link, in this browser, has proved themselves a moment ago.
        record_authentication(request, user, method="password", email=user.email)
        if self._opens():
            new, ticket = openings.wanted(self.data), openings.ticket_of(self.data)
            try:
                opening.ask(new, owner=user, ticket=ticket, confirmed=False)
            except CannotOpen:
                # Taken in this very moment: the person chooses again when they come in.
                return

    def _opens(self) -> bool:
        return not self.is_joining and bool(str(self.data.get("name", "")).strip())
