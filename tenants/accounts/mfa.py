"""Second factors: their secrets lie sealed; passkeys belong to the public host."""

import base64

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator

from config.env import env
from ops.sealing import PlatformBox

_PURPOSE = "second factor"
_AAD = b"mfa_authenticator.data"
# What of an authenticator's data is sealed.
_SEALED = ("secret", "seed")


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticator apps and seeds of recovery codes are never readable in the database."""

    def encrypt(self, text: str) -> str:
        """Sealed by the newest of SALON_KEYS."""
        return base64.b64encode(PlatformBox(_PURPOSE).seal(text.encode(), _AAD)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Opened by any of them."""
        return PlatformBox(_PURPOSE).open(base64.b64decode(encrypted_text), _AAD).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """A passkey is made for, and opens, the public host."""
        return {"id": env.public_hostname, "name": "Cadeira"}


def reseal() -> int:
    """Seal every secret anew by the newest of SALON_KEYS, before an old key goes; how many were changed."""
    adapter, box, changed = MFAAdapter(), PlatformBox(_PURPOSE), 0
    for row in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk").iterator():
        old = {name: row.data[name] for name in _SEALED if name in row.data}
        stale = {name: text for name, text in old.items() if not box.is_newest(base64.b64decode(text))}
        if stale:
            fresh = {name: adapter.encrypt(adapter.decrypt(text)) for name, text in stale.items()}
            # Only where nobody has changed it meanwhile, e.g. used a recovery code.
            rows = Authenticator.objects.filter(pk=row.pk, data=row.data)
            changed += rows.update(data={**row.data, **fresh})
    return changed
