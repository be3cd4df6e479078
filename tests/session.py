"""A person's browser over real HTTP: cookies for each host, redirects followed, every name on loopback."""

import http.client
import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

FOLLOWED = 8
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Page(NamedTuple):
    """What came, and from where."""

    status: int
    url: str
    text: str
    headers: Mapping[str, str]


class Session:
    """Logged out at first. `get` and `post` take whole addresses as the product writes them."""

    def __init__(self) -> None:
        self._cookies: dict[str, dict[str, str]] = {}

    def get(self, url: str, *, follow: bool = True) -> Page:
        """A page; redirects are followed."""
        return self._ask("GET", url, None, follow)

    def post(self, url: str, fields: Mapping[str, str], *, follow: bool = True) -> Page:
        """Fill in the form that this address shows and send it."""
        token = _TOKEN.search(self.get(url).text)
        sent = {**fields, "csrfmiddlewaretoken": token[1] if token else ""}
        return self._ask("POST", url, urlencode(sent).encode(), follow)

    def log_in(self, public_url: str, email: str, password: str, slug: str) -> Page:
        """Through the public host into a salon, as a person does; the salon's home page."""
        self.post(f"{public_url}/accounts/login/", {"login": email, "password": password})
        page = self.get(f"{public_url}/accounts/enter/{slug}/")
        assert page.status == 200 and urlsplit(page.url).netloc.startswith(f"{slug}."), (page.status, page.url)
        return page

    def cookies(self, url: str) -> str:
        """The Cookie header for an address."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.get(urlsplit(url).netloc, {}).items())

    def _ask(self, method: str, url: str, body: bytes | None, follow: bool) -> Page:
        for _ in range(FOLLOWED):
            page = self._once(method, url, body)
            if not follow or page.status not in (301, 302, 303, 307):
                return page
            there = page.headers["location"]
            parts = urlsplit(url)
            method, body, url = "GET", None, there if "://" in there else f"{parts.scheme}://{parts.netloc}{there}"
        raise AssertionError(f"too many redirects, the latest to {url}")

    def _once(self, method: str, url: str, body: bytes | None) -> Page:
        parts = urlsplit(url)
        headers = {"Host": parts.netloc, "Origin": f"{parts.scheme}://{parts.netloc}", "Referer": url}
        if cookies := self.cookies(url):
            headers["Cookie"] = cookies
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=20)
        try:
            connection.request(method, f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", body, headers)
            answer = connection.getresponse()
            for line in answer.headers.get_all("set-cookie") or []:
                for name, morsel in SimpleCookie(line).items():
                    self._cookies.setdefault(parts.netloc, {})[name] = morsel.value
            text = answer.read().decode(errors="replace")
            return Page(answer.status, url, text, {name.lower(): value for name, value in answer.headers.items()})
        finally:
            connection.close()
