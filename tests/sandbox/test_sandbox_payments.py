"""The payment provider of the sandbox: a page that a browser clicks through; asked by the product's own adapter."""

import asyncio

import pytest

from billing.payment_links.port import Refused
from billing.payment_links.sandbox import SandboxLinks
from config.env import env
from tests.sandbox.outside import SECRET, Client


def test_a_link_is_paid_and_given_back(world: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """BK-004: the same reference gives the same page; declined it may be tried again; what nobody paid is not given
    back."""
    monkeypatch.setattr(env, "sandbox_port", world.port)
    monkeypatch.setattr(env, "safe_http_allow", [f"127.0.0.1:{world.port}"])
    monkeypatch.setattr(env, "meta_app_secrets", [SECRET])
    links = SandboxLinks()

    def made(reference: str = "1.x") -> tuple[str, str]:
        found = asyncio.run(links.create(4000, "BRL", reference, "<b>Corte</b>", None))
        return found.ref, found.url

    ref, url = made()
    assert made() == (ref, url)
    path = url[url.index("/pay/") :]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    page = world.call("GET", path)[2].decode()
    assert ("BRL 40.00" in page, "&lt;b&gt;Corte" in page) == (True, True)
    with pytest.raises(Refused):
        asyncio.run(links.refund(ref, 4000, "1.x"))
    world.call("POST", path, b"answer=decline", headers=form)
    assert 'value="pay"' in world.call("GET", path)[2].decode()
    world.call("POST", path, b"answer=pay", headers=form)
    assert 'value="pay"' not in world.call("GET", path)[2].decode()
    for _ in range(2):
        asyncio.run(links.refund(ref, 4000, "1.x"))
    other, address = made("1.y")
    asyncio.run(links.withdraw(other))
    assert 'value="pay"' not in world.call("GET", address[address.index("/pay/") :])[2].decode()
    assert world.call("POST", "/payments/links", {"reference": "1.z"})[0] == 401
