"""Addresses of files that Meta names: the token goes to Meta alone, and no packet inside (I24)."""

import asyncio

import pytest

from channels_wa.adapters.cloud_api.graph import GraphClient, GraphError
from ops.safe_http import client

META = "https://graph.facebook.com"


async def fetch(url: str) -> None:
    try:
        [_ async for _ in GraphClient("secret", base_url=META).download(url, most_bytes=9)]
    finally:
        await client.close()


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "169.254.169.254", "10.1.2.3"])
async def test_i24_a_name_of_metas_that_leads_inside_is_not_followed(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def look_up(host: str, _port: int) -> list[str]:
        await asyncio.sleep(0)
        asked.append(host)
        return [address]

    monkeypatch.setattr(client, "look_up", look_up)
    with pytest.raises(GraphError, match="elsewhere"):
        await fetch("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1")
    assert asked == ["lookaside.fbsbx.com"]


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9/a", "https://evil.example/a", "https://lookaside.fbsbx.com.evil.example/a",
     "https://evil.example\\@lookaside.fbsbx.com/a", "https://lookaside.fbsbx.com@evil.example/a",
     "https://user@lookaside.fbsbx.com/a", "http://lookaside.fbsbx.com/a", "https://lookaside.fbsbx.com:8443/a"],
)  # fmt: skip
async def test_the_token_goes_to_meta_alone(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(host: str, _port: int) -> list[str]:
        raise AssertionError(host)

    monkeypatch.setattr(client, "look_up", nobody)
    with pytest.raises(GraphError):
        await fetch(url)
