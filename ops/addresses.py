"""Where a request comes from. A proxy says whom it passes on; only those in TRUSTED_PROXIES are believed."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# What one customer of a provider has whole, so that all of it counts as one visitor.
_HOUSE_6 = 64


def address(text: str) -> Address | None:
    """An address as it is written; None for anything else. IPv4 written as IPv6 is IPv4."""
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        # A zone (fe80::1%eth0) is of the machine that wrote it.
        return found.ipv4_mapped or ipaddress.IPv6Address(int(found))
    return found


def network(text: str) -> Network:
    """An address or a network (CIDR). Raises ValueError."""
    found = ipaddress.ip_network(text.strip(), strict=False)
    if isinstance(found, ipaddress.IPv6Network):
        mapped = found.network_address.ipv4_mapped
        if mapped is not None and found.prefixlen >= 96:
            return ipaddress.ip_network((mapped, found.prefixlen - 96), strict=False)
        if found.network_address.scope_id:
            raise ValueError(f"{text!r} names a network card")
    return found


def lies_in(found: Address, networks: Sequence[Network]) -> bool:
    """Whether an address is in any of these."""
    return any(found.version == one.version and found in one for one in networks)


def believed(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """The address of the client: the nearest that none of our proxies is; "" where there is none.

    `peer` is who is connected, `forwarded` X-Forwarded-For, to which each proxy adds the one before it at the end.
    """
    nearest = address(peer)
    for text in reversed(forwarded.split(",") if forwarded else []):
        if nearest is None or not lies_in(nearest, proxies):
            break
        before = address(text)
        if before is None:
            break
        nearest = before
    return str(nearest) if nearest is not None else ""


def client_ip(request: Any) -> str:
    """The client's address, of a page's request, the API's, or a socket's scope; "" where it is not known."""
    if isinstance(request, dict):
        peer = (request.get("client") or ("",))[0]
        forwarded = b",".join(value for name, value in request["headers"] if name == b"x-forwarded-for").decode(
            "latin-1"
        )
        return believed(peer, forwarded, _proxies())
    meta = request.META
    # The outermost middleware has written it down as the client's.
    known = meta.get("cadeira.client_ip")
    if known is None:
        known = believed(str(meta.get("REMOTE_ADDR") or ""), str(meta.get("HTTP_X_FORWARDED_FOR") or ""), _proxies())
    return str(known)


def client_house(request: Any) -> str:
    """What counts as one visitor: the address; of IPv6 the network, since one house has a whole one."""
    return house_of(client_ip(request))


def house_of(text: str) -> str:
    """The same of an address."""
    found = address(text)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, _HOUSE_6), strict=False))
    return str(found) if found is not None else text[:64]


def note_client(request: Any) -> None:
    """Let everything behind see the client's address where it looks for the peer's; called once, outermost."""
    request.META["cadeira.client_ip"] = request.META["REMOTE_ADDR"] = client_ip(request)


def _proxies() -> tuple[Network, ...]:
    from config.env import env  # late: tests of the reading need no configuration

    return _networks(tuple(env.trusted_proxies))


@lru_cache(maxsize=8)
def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(network(text) for text in texts)
