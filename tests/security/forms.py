"""What a page lets people send: its forms and buttons, as addresses with names and values."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VERBS = ("hx-post", "hx-put", "hx-patch", "hx-delete", "hx-get")


@dataclass(slots=True)
class Form:
    """One thing that can be sent."""

    method: str
    path: str
    # What each name may be, as the page offers it.
    offers: dict[str, list[str]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """The same for forms that differ only in what they show."""
        return self.method, self.path, tuple(sorted(self.offers))


class Forms(HTMLParser):
    """Reads them out of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._open: Form | None = None
        self._select = ""
        self._page = page

    def read(self, html: str) -> list[Form]:
        """All of them."""
        self.feed(html)
        # Whoever leaves is a stranger from then on.
        return [form for form in self.found if form.path.startswith("/") and form.path != "/leave/"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A form, what is in it, or a button that sends by itself."""
        given = {name: value or "" for name, value in attrs}
        verb = next((one for one in VERBS if one in given), "")
        if tag == "form":
            method = verb.removeprefix("hx-") if verb else given.get("method", "get")
            self._open = Form(method.upper(), given.get(verb or "action") or self._page)
            self.found.append(self._open)
        elif verb:
            form = Form(
                verb.removeprefix("hx-").upper(),
                given[verb] or self._page,
                dict(self._open.offers) if self._open else {},
            )
            form.offers |= _values(given.get("hx-vals", ""))
            if "name" in given:
                form.offers[given["name"]] = [given.get("value", "")]
            self.found.append(form)
        if self._open is not None and "name" in given and tag in ("input", "select", "textarea", "button"):
            name = given["name"]
            if given.get("type") == "file":
                self._open.files.add(name)
            else:
                self._open.offers.setdefault(name, []).append(given.get("value", ""))
            self._select = name if tag == "select" else self._select
        if tag == "option" and self._open is not None and self._select:
            self._open.offers.setdefault(self._select, []).append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """It ends."""
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""


def _values(text: str) -> dict[str, list[str]]:
    try:
        found: Any = json.loads(text) if text else {}
    except ValueError:
        return {}
    return {str(name): [str(value)] for name, value in found.items()} if isinstance(found, dict) else {}
