"""Links to files for programs that have no session: signed, of one salon and file, and with an end."""

import hmac
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection
from django.urls import reverse
from django.utils.crypto import salted_hmac

from ops import clock
from ops.salon import current_salon_id
from tenants.salons.hosts import salon_url
from tenants.salons.models import Salon

LIVES = timedelta(hours=1)
SMALL = "small"


def signed(public_id: UUID, *, size: str = "") -> str:
    """An absolute address that anybody may open for one to two hours. Inside the salon."""
    return signer(size=size)(public_id)


def signer(*, size: str = "") -> Callable[[UUID], str]:
    """The same for many files: the salon is looked up once."""
    # To the full hour, so that the same list asked twice has the same links and a cache can use them.
    step = int(LIVES.total_seconds())
    expires = (int(clock.now().timestamp()) // step + 2) * step
    salon_id = current_salon_id() or 0
    slug = _slug(salon_id)

    def sign(public_id: UUID) -> str:
        query = {"expires": str(expires), "signature": _signature(salon_id, public_id, size, expires)}
        path = reverse("media:file", args=[public_id], urlconf="config.urls_salon")
        return salon_url(slug, f"{path}?{urlencode({'size': size, **query} if size else query)}")

    return sign


def is_valid(public_id: UUID, *, size: str, expires: str, signature: str) -> bool:
    """Whether this salon signed it and it has not ended."""
    if not expires.isascii() or not expires.isdecimal() or len(expires) > 12:
        return False
    right = _signature(current_salon_id() or 0, public_id, size, int(expires))
    return hmac.compare_digest(right.encode(), signature.encode()) and int(expires) > clock.now().timestamp()


def _signature(salon_id: int, public_id: UUID, size: str, expires: int) -> str:
    words = f"{salon_id}:{public_id}:{size}:{expires}"
    return salted_hmac("channels_wa.media.links", words, algorithm="sha256").hexdigest()


def _slug(salon_id: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT slug FROM public.salon WHERE id = %s", [salon_id])
        row = cursor.fetchone()
    if row is None:
        raise Salon.DoesNotExist
    return str(row[0])
