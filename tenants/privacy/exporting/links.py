"""Links to exports that a guest may be given: signed, of one salon and file, and with an end."""

import hmac
from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.crypto import salted_hmac

from ops import clock
from tenants.privacy.models import PrivacyRequest
from tenants.privacy.whom import salon_id

LIVES = timedelta(hours=24)


def signed(row: PrivacyRequest) -> str:
    """A path that whoever has it may open for a day, and no longer than the file lies there. Inside the salon."""
    until = clock.now() + LIVES
    if row.expires_at is not None:
        until = min(until, row.expires_at)
    expires = int(until.timestamp())
    query = urlencode({"expires": str(expires), "signature": _signature(row, expires)})
    return f"{reverse('privacy:download', args=[row.public_id])}?{query}"


def is_valid(row: PrivacyRequest, *, expires: str, signature: str) -> bool:
    """Whether this salon signed it and it has not ended."""
    if not expires.isascii() or not expires.isdecimal() or len(expires) > 12:
        return False
    right = _signature(row, int(expires))
    return hmac.compare_digest(right.encode(), signature.encode()) and int(expires) > clock.now().timestamp()


def _signature(row: PrivacyRequest, expires: int) -> str:
    # The file's key is in it: a link to a file that was thrown away signs nothing any more.
    words = f"{salon_id()}:{row.public_id}:{row.storage_key}:{expires}"
    return salted_hmac("tenants.privacy.links", words, algorithm="sha256").hexdigest()
