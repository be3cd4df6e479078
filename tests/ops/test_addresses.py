"""Where a request comes from (TN-007, TN-004): a stranger cannot choose the address they are seen with."""

import pytest
from django.test import RequestFactory

from config.env import Env, env
from ops.addresses import believed, client_house, client_ip, house_of, network

OURS = [network("10.0.0.0/8"), network("fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.2", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "198.51.100.1, 10.0.0.3", "198.51.100.1"),
        ("10.0.0.2", "10.0.0.7", "10.0.0.7"),
        ("10.0.0.2", "198.51.100.1, nonsense", "10.0.0.2"),
        ("fd00::1", "2001:db8::9", "2001:db8::9"),
        ("::ffff:10.0.0.2", "::ffff:198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_only_our_proxies_are_believed(peer: str, forwarded: str, client: str) -> None:
    """TN-007: the nearest address that is none of our proxies; what stands before it anybody can write."""
    assert believed(peer, forwarded, OURS) == client


def test_a_request_and_a_socket_are_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """TN-007: without TRUSTED_PROXIES whoever is connected is the client."""
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.2", headers={"X-Forwarded-For": "198.51.100.1"})
    scope = {"client": ("10.0.0.2", 1), "headers": [(b"x-forwarded-for", b"198.51.100.1")]}
    assert client_ip(request) == client_ip(scope) == "10.0.0.2"
    monkeypatch.setattr(env, "trusted_proxies", ["10.0.0.0/8"])
    assert client_ip(request) == client_ip(scope) == "198.51.100.1"


def test_what_counts_as_one_visitor() -> None:
    """TN-004: of IPv6 the network."""
    assert house_of("2001:db8:1:2::3") == "2001:db8:1:2::/64"
    assert client_house(RequestFactory().get("/", REMOTE_ADDR="::ffff:203.0.113.9")) == "203.0.113.9"


def test_everybody_is_no_proxy() -> None:
    """TN-007: a list that would believe anybody does not start."""
    assert Env(trusted_proxies="10.0.0.1, fd00::/8").trusted_proxies == ["10.0.0.1", "fd00::/8"]  # type: ignore[arg-type]
    for text in ("0.0.0.0/0", "::/0", "nginx"):
        with pytest.raises(ValueError, match="trusted_proxies"):
            Env(trusted_proxies=text)  # type: ignore[arg-type]
