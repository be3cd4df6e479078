"""Where people go around logging in, how their mail leaves, how often they may try."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.contrib.sites.shortcuts import get_current_site
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from config.env import env
from ops.addresses import client_house
from tenants.accounts import post, proof, sessions, tries
from tenants.accounts.noting import note_failed_proof
from tenants.salons import opening

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts live on the public host only."""

    def is_safe_url(self, url: str | None) -> bool:
        """Only our own public host is a place to go after a login; salons are entered by a one-time code."""
        return bool(url) and url_has_allowed_host_and_scheme(url, allowed_hosts={env.public_host})

    def get_login_redirect_url(self, request: Any) -> str:
        """To the salon that is being opened, where there is one, else to the list of salons."""
        row = opening.unfinished(request.user)
        return reverse("opening", args=[row.public_id]) if row else str(super().get_login_redirect_url(request))

    def post_login(self, request: Any, user: Any, **kwargs: Any) -> HttpResponse:
        """The browser is known from now on, and its session stands in the person's list."""
        sessions.begin(request, user)
        tries.know(request, user.email)
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        return answer

    def logout(self, request: Any) -> None:
        """Whoever leaves the public host leaves the salons they entered from it."""
        sessions.end(request.session.session_key)
        super().logout(request)

    def is_open_for_signup(self, request: Any) -> bool:
        """Anyone may register."""
        return True

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A log-in counts as a proof too, for as long as any (tenants.access.stepup)."""
        return not proof.is_fresh(context.request)

    def confirm_email(self, request: Any, email_address: Any) -> bool:
        """A salon that waited for it is opened now."""
        with transaction.atomic():
            is_confirmed = bool(super().confirm_email(request, email_address))
            if is_confirmed:
                opening.confirmed(email_address.user)
        return is_confirmed

    def set_password(self, user: Any, password: str) -> None:
        """A new password ends every other session of the person."""
        with transaction.atomic():
            super().set_password(user, password)
            sessions.end_others(user, but=context.request.session.session_key)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """By a job of its own (post): the answer takes as long whoever there is to write to."""
        request = self.request
        words = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        post.put(self.render_mail(template_prefix, email, words))

    def get_client_ip(self, request: Any) -> str:
        """What counts as one visitor; only our own proxies are believed."""
        return client_house(request) or "unknown"

    def pre_authenticate(self, request: Any, **credentials: Any) -> None:
        """Count the try; a right password gives it back."""
        self._login_failed_rl_usage = tries.count(request, str(credentials.get("email", "")))
        if self._login_failed_rl_usage is None:
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request: Any, **credentials: Any) -> None:
        """Leave a line for whoever watches; whom it was about stays out of it."""
        log.info("a log-in was refused: e-mail and password do not fit")
        note_failed_proof(request)

    def _delete_login_attempts_cached_email(self, request: Any, **credentials: Any) -> None:
        # Called after a password was chosen anew by the link in a mail: the browser is the owner's.
        tries.know(request, str(credentials.get("email", "")))
