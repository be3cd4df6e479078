"""Where people go around logging in."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.utils.http import url_has_allowed_host_and_scheme

from config.env import env
from tenants.accounts import sessions


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts live on the public host only."""

    def is_safe_url(self, url: str | None) -> bool:
        """Only our own public host is a place to go after a login; salons are entered by a one-time code."""
        return bool(url) and url_has_allowed_host_and_scheme(url, allowed_hosts={env.public_host})

    def logout(self, request: Any) -> None:
        """Whoever leaves the public host leaves the salons they entered from it."""
        sessions.end_entered(request.session)
        super().logout(request)

    def is_open_for_signup(self, request: Any) -> bool:
        """Anyone may register."""
        return True
