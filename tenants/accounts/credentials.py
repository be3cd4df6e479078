"""What a browser sends as a passkey's answer: whatever it is, it is right or it is refused."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as allauth
from django import forms


class _Strict:
    """Reading a made-up answer fails in as many ways as there are fields; each of them is a refusal."""

    def clean(self) -> Any:
        """Of forms that read it here."""
        return _refuse(super().clean)  # type: ignore[misc]


class _StrictField(_Strict):
    def clean_credential(self) -> Any:
        """Of forms that read it here."""
        return _refuse(super().clean_credential)  # type: ignore[misc]


class AddWebAuthnForm(_Strict, allauth.AddWebAuthnForm):  # type: ignore[misc]
    """Adding a passkey."""


class AuthenticateWebAuthnForm(_StrictField, allauth.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """As the second factor."""


class LoginWebAuthnForm(_StrictField, allauth.LoginWebAuthnForm):  # type: ignore[misc]
    """Instead of a password."""


class ReauthenticateWebAuthnForm(_StrictField, allauth.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """For a fresh proof."""


def _refuse(read: Any) -> Any:
    try:
        return read()
    except forms.ValidationError:
        raise
    except (TypeError, ValueError, LookupError, AttributeError):
        raise get_adapter().validation_error("incorrect_code") from None
