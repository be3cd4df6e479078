"""TN-009: what a request says of itself leads nowhere but to our own hosts: Host, forwarded names, next=, Referer."""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.core import mail
from django.test import Client

from config.env import env
from tenants.accounts import post
from tests.tenants.people import registered
from tests.world import Browser, Salons

ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "/\\evil.example/", "/\t/evil.example/", "javascript:alert(1)",
    "http:evil.example", "https:/evil.example", "\x00//evil.example", "/%0d%0aLocation:%20//evil.example",
    "@evil.example",
    "http://cadeira.localhost:8000@evil.example/", "http://evil.example\\@cadeira.localhost:8000/",
    "http://evilcadeira.localhost:8000/",
]  # fmt: skip
HOSTS = re.compile(r"([a-z0-9-]+\.)?cadeira\.localhost:8000")


def is_ours(answer: Any) -> bool:
    """Whether it leads, if it leads anywhere, to a host of ours, as a browser reads an address."""
    place = answer.headers.get("Location") or answer.headers.get("HX-Redirect") or "/"
    assert not set(place) & set("\r\n\t\0")
    there = urlsplit(urljoin("http://cadeira.localhost:8000/a/b/", place.replace("\\", "/")))
    return there.scheme == "http" and bool(HOSTS.fullmatch(there.netloc))


@pytest.mark.parametrize("host", ["cadeira.localhost:1337", "cadeira.localhost", "CADEIRA.localhost:8000"])
def test_a_link_in_mail_leads_to_our_own_host(salons: Salons, db: None, host: str) -> None:
    """Whatever port or name the request claims, also by the names that proxies use."""
    registered("known@example.com")
    headers = {
        "host": host,
        "x-forwarded-host": "evil.example",
        "x-forwarded-port": "1337",
        "forwarded": "host=evil.example",
    }
    answer = Client(headers=headers).post("/accounts/password/reset/", {"email": "known@example.com"})
    assert answer.status_code == 302 and is_ours(answer)
    post.run()
    links = re.findall(r"https?://[^\s/]+", str(mail.outbox[-1].body))
    assert links and set(links) == {f"http://{env.public_host}"}
    assert "evil" not in str(mail.outbox[-1].message())


@pytest.mark.parametrize("place", ELSEWHERE)
def test_no_next_leads_elsewhere(salons: Salons, alice: Browser, place: str) -> None:
    public = Client(headers={"host": env.public_host})
    public.force_login(alice.user)
    for path in ("/accounts/login/", "/accounts/enter/aurora/", "/accounts/prove/aurora/", "/accounts/logout/"):
        answer = public.get(path, {"next": place})
        assert is_ours(answer), (path, answer.headers)
        if answer.headers.get("Location", "").startswith("http://aurora."):
            code = answer["Location"].partition("/enter/?code=")[2]
            assert is_ours(alice.get("/enter/", {"code": code}))
    for client in (alice, public):
        answer = client.post("/language/", {"language": "en", "next": place}, headers={"referer": place[:5] + "x"})
        assert is_ours(answer), answer.headers


@pytest.mark.parametrize(
    "path", ["//evil.example/inbox", "/\\evil.example", "/inbox", "/%2Fevil.example/", "/contacts"]
)
def test_a_missing_slash_leads_nowhere_else(salons: Salons, alice: Browser, path: str) -> None:
    for host in (env.public_host, "aurora.cadeira.localhost:8000", "localhost:8000"):
        assert is_ours(Client(headers={"host": host}).get(path))
    assert is_ours(alice.get(path))


def test_no_referer_leads_elsewhere(alice: Browser) -> None:
    """Without JavaScript an act leads back to the page it came from."""
    for place in ELSEWHERE:
        answer = alice.post("/contacts/imports/", {}, headers={"referer": place.replace("\x00", "").replace("\t", "")})
        assert is_ours(answer)


def test_no_other_site_reads_by_cors(alice: Browser) -> None:
    for path in ("/api/v1/contacts/", "/api/schema/", "/inbox/"):
        for method in ("GET", "OPTIONS"):
            wanted = {"origin": "https://evil.example", "access-control-request-method": "POST"}
            answer = alice.generic(method, path, headers=wanted)
            assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_a_session_writes_to_the_api_only_with_its_token(salons: Salons, alice: Browser) -> None:
    """JSON is no protection: another site's page can send it without a preflight as plain text."""
    strict = Client(enforce_csrf_checks=True, headers={"host": "aurora.cadeira.localhost:8000"})
    strict.cookies = alice.cookies
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        answer = strict.generic("POST", "/api/v1/contacts/", b'{"name": "x"}', content_type=kind)
        assert answer.status_code == 403
    answer = strict.generic("POST", "/flows/new/", b"{}", content_type="text/plain")
    assert answer.status_code in (403, 404)
