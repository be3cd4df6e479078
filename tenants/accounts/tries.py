"""How often a password may be tried, so that guessing ends and nobody locks another out.

Tries that fail are counted for the account as a whole only as long as they come from strangers. A browser that this
person has logged in with (a signed cookie), an address they came from lately, and a session that is theirs have
allowances of their own, which no stranger can use up. Whoever is on a new machine while the account is under attack
still has their passkey, and "forgot password", which makes the browser a known one. Counters stand in Valkey; while it
is away each process counts for itself (ops.cache).
"""

import hashlib
import secrets
from typing import Any

from allauth.core.internal import ratelimit
from django.core import signing
from django.core.cache import cache
from django.http import HttpResponse

from ops.addresses import client_house
from tenants.accounts.keeping import hashed

COOKIE = "__Host-device"
KEPT_S = 180 * 24 * 3600
ADDRESS_KEPT_S = 30 * 24 * 3600
MOST_PEOPLE = 5
_SALT = "tenants.accounts.device"
# Of one session, browser or known address, for one account; of all strangers for one account; of one address.
OWN = "10/5m/key"
STRANGERS = "10/5m/key"
ADDRESS = "30/5m/key"


def count(request: Any, email: str) -> ratelimit.RateLimitUsage | None:
    """Take a try for this e-mail address, to be given back when the password is right; None when none is left."""
    who, house = _hash(email), client_house(request)
    if request.user.is_authenticated:
        return _take(request, "own", OWN, f"session:{request.user.pk}:{hashed(request.session.session_key or '')}")
    if device := _device(request, who):
        return _take(request, "own", OWN, f"device:{device}:{who}")
    if cache.get(_came_from(house, who)):
        return _take(request, "own", OWN, f"house:{house}:{who}")
    of_address = _take(request, "address", ADDRESS, house)
    of_account = _take(request, "strangers", STRANGERS, who) if of_address else None
    if of_address is None or of_account is None:
        return None
    return ratelimit.RateLimitUsage(usage=[*of_address.usage, *of_account.usage])


def know(request: Any, email: str) -> None:
    """This person is here for sure: the answer makes the browser known, and the address is remembered."""
    request.known_people = [*getattr(request, "known_people", []), _hash(email)]
    cache.set(_came_from(client_house(request), _hash(email)), True, ADDRESS_KEPT_S)


def write(request: Any, answer: HttpResponse) -> None:
    """Put who was made known into the browser's cookie."""
    new = getattr(request, "known_people", [])
    if not new:
        return
    kept = _read(request) or {"device": secrets.token_urlsafe(16), "people": []}
    people = list(dict.fromkeys([*new, *kept["people"]]))[:MOST_PEOPLE]
    value = signing.dumps({"device": kept["device"], "people": people}, salt=_SALT)
    answer.set_cookie(COOKIE, value, max_age=KEPT_S, secure=True, httponly=True, samesite="Lax")


def _take(request: Any, action: str, rate: str, key: str) -> ratelimit.RateLimitUsage | None:
    return ratelimit.consume(
        request, app="accounts", action=f"tries_{action}", config={f"tries_{action}": rate}, key=key
    )


def _device(request: Any, who: str) -> str | None:
    kept = _read(request)
    return kept["device"] if kept and who in kept["people"] else None


def _read(request: Any) -> dict[str, Any] | None:
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=KEPT_S)
    except signing.BadSignature:
        return None
    return kept if isinstance(kept, dict) else None


def _came_from(house: str, who: str) -> str:
    return f"accounts:came_from:{house}:{who}"


def _hash(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()
