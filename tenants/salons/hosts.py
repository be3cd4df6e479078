"""From a host name to its salon and back."""

from functools import lru_cache
from time import monotonic
from urllib.parse import urlencode

from config.env import env
from tenants.salons.models import Domain, Salon

SCHEME = "http" if env.demo else "https"
# Long enough to spare a query on most requests, short enough that a suspended salon closes at once for a person.
_KEEP_S = 2.0


def salon_host(slug: str) -> str:
    """Host name (with port, where there is one) of a salon."""
    return f"{slug}.{env.public_host}"


def salon_url(slug: str, path: str = "") -> str:
    """Address of a page on a salon's host."""
    return f"{SCHEME}://{salon_host(slug)}{path}"


def public_url(path: str = "") -> str:
    """Address of a page on the public host."""
    return f"{SCHEME}://{env.public_host}{path}"


def enter_url(salon: Salon, *, next_path: str = "/") -> str:
    """Where a stranger at a salon's door logs in."""
    return public_url(f"/accounts/enter/{salon.slug}/?{urlencode({'next': next_path})}")


def prove_url(salon: Salon, *, next_path: str) -> str:
    """Where a member proves again who they are, to come back to this page of the salon."""
    return public_url(f"/accounts/prove/{salon.slug}/?{urlencode({'next': next_path})}")


def salon_at(hostname: str) -> Salon | None:
    """The active salon that is served under a host name (without port); None when there is none."""
    try:
        return _salon_at(hostname.lower(), int(monotonic() / _KEEP_S))
    except Domain.DoesNotExist:
        return None


def forget() -> None:
    """Ask anew at the next request: somebody has changed a salon."""
    _salon_at.cache_clear()


@lru_cache(maxsize=4096)
def _salon_at(hostname: str, _slice: int) -> Salon:
    # Raises rather than remember that there is none: a salon that was opened this moment must be found.
    salon: Salon = Domain.objects.select_related("tenant").get(domain=hostname, tenant__state=Salon.State.ACTIVE).tenant
    return salon
