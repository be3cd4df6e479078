"""Judging an address before anything is asked of anybody: its form, its port, and hosts that are addresses already."""

import socket
from ipaddress import IPv4Address
from typing import NamedTuple

from yarl import URL

from config.env import env
from ops.safe_http.networks import is_public

PORTS = {"http": 80, "https": 443}
MOST_CHARACTERS = 4096
# Names that mean this machine or this network whatever a name server says (RFC 6761, 6762, 8375, and habit).
_INNER_NAMES = (
    "localhost", "local", "localdomain", "internal", "intranet", "lan", "corp", "home", "home.arpa", "private",
)  # fmt: skip


class BadAddress(ValueError):
    """No address that we follow, whatever it leads to: its form, scheme or port."""


class Forbidden(Exception):
    """It leads somewhere that is not the public internet."""


class Target(NamedTuple):
    """An address that may be asked for, once what it resolves to has been checked too."""

    url: URL
    host: str
    port: int
    is_allowed: bool
    """Named by SAFE_HTTP_ALLOW: then it may be anywhere."""


def check_address(text: str, *, ports: frozenset[int] = frozenset(PORTS.values())) -> Target:
    """The parts of an http(s) address. Raises BadAddress, or Forbidden where the host shows it; asks no name server."""
    if not text or len(text) > MOST_CHARACTERS or any(ord(one) <= 32 or ord(one) == 127 or one == "\\" for one in text):
        raise BadAddress("has characters that no address has")
    try:
        # What is written in ASCII goes as it is: quoting it again would break signed addresses.
        url = URL(text, encoded=text.isascii())
        host, port = (url.raw_host or "").rstrip("."), url.port
    except (ValueError, IndexError) as error:
        # The second is yarl's for `http://@` and `http://a@]`.
        raise BadAddress(str(error)[:200]) from None
    if url.scheme not in PORTS or not host or port is None:
        raise BadAddress("is no http address")
    if url.raw_user is not None or url.raw_password is not None:
        raise BadAddress("names a user")
    host = host.lower()
    is_allowed = f"[{host}]:{port}" in env.safe_http_allow or f"{host}:{port}" in env.safe_http_allow
    if not is_allowed:
        if port not in ports:
            raise BadAddress(f"port {port} is not one of {sorted(ports)}")
        _check_host(host)
    return Target(url, host, port, is_allowed)


def _check_host(host: str) -> None:
    literal = _literal(host)
    if literal is not None:
        if not is_public(literal):
            raise Forbidden("an address that is not public")
        return
    # A name of one word is one of this network.
    if "." not in host or host.endswith(tuple(f".{name}" for name in _INNER_NAMES)):
        raise Forbidden("a name of the inner network")


def _literal(host: str) -> str | None:
    """The IP address that a host is, in any of the spellings that systems read: 127.1, 0x7f.1, 2130706433."""
    if ":" in host:
        return host
    try:
        return str(IPv4Address(socket.inet_aton(host)))
    except (OSError, ValueError):
        return None
