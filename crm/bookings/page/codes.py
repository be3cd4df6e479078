"""Secrets of a guest without a log-in: the link to their visit, the code sent to their phone, the code that they send.

Only hashes are kept. Links and buttons are long random secrets, so a plain hash will do; six digits are few enough to
be tried one by one, so their hash needs the product's key.
"""

import base64
import hashlib
import re
import secrets
from typing import Final
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

DIGITS: Final = 6
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{54}")
_ID_LENGTH: Final = 22


def new_secret() -> str:
    """24 random bytes in 32 letters."""
    return secrets.token_urlsafe(24)


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def hash_of(secret: str) -> str:
    """As a long secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keyed(purpose: str, text: str) -> str:
    """As a short one is kept; `purpose` keeps hashes of one use from being those of another."""
    return salted_hmac(f"book.{purpose}", text, algorithm="sha256").hexdigest()


def page_code(secret: str) -> str:
    """The code on the page that has this link's secret: nobody has to keep it."""
    return f"{int(keyed('page-code', secret), 16) % 10**DIGITS:0{DIGITS}}"


def is_one_of(found: str, known: list[str]) -> bool:
    """Whether a hash is among these; as slow for a wrong one as for a right one."""
    matches = [constant_time_compare(found, one) for one in known]
    return any(matches)


def link_token(public_id: UUID, secret: str) -> str:
    """What stands in the address: which visit, and the right to see it."""
    return base64.urlsafe_b64encode(public_id.bytes).decode().rstrip("=") + secret


def read_token(token: str) -> tuple[UUID, str] | None:
    """The visit that an address claims, and its secret."""
    if not _TOKEN.fullmatch(token):
        return None
    head, secret = token[:_ID_LENGTH], token[_ID_LENGTH:]
    return UUID(bytes=base64.urlsafe_b64decode(f"{head}==")), secret
