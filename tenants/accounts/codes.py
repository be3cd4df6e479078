"""Codes of authenticator apps work once (RFC 6238 §5.2), whatever happens to caches."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.db import transaction

# In an authenticator's data: the time step of the newest code that was used.
USED = "used_step"


class _Once:
    """Refuses a code of the step that was used last, or of one before it."""

    authenticator: Authenticator

    def clean_code(self) -> str:
        """The code, where allauth finds it right and it was not used."""
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP:
            self._use(code)
        return code

    def _use(self, code: str) -> None:
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().get(pk=self.authenticator.pk)
            secret = get_adapter().decrypt(row.data["secret"])
            wanted = totp.normalize_user_code(code)
            steps = [
                step
                for step in totp.yield_hotp_counters_from_time()
                if totp.format_hotp_value(totp.hotp_value(secret, step)) == wanted
            ]
            if not steps or max(steps) <= row.data.get(USED, 0):
                raise get_adapter().validation_error("incorrect_code")
            row.data[USED] = max(steps)
            row.save(update_fields=["data"])
            self.authenticator = row


class AuthenticateForm(_Once, AllauthAuthenticateForm):  # type: ignore[misc]
    """At log-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _for_phones(self)


class ReauthenticateForm(_Once, AllauthReauthenticateForm):  # type: ignore[misc]
    """For a fresh proof."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _for_phones(self)


def _for_phones(form: Any) -> None:
    # Recovery codes are digits too.
    form.fields["code"].widget.attrs.update({"inputmode": "numeric", "autofocus": True})
