"""What the tests of forms share: a salon without a database, and a page read as a browser would post it."""

from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

from django.http import QueryDict
from django.template.loader import render_to_string

from flows.forms.form import Form, by_place
from flows.forms.posted import Posted
from flows.forms.sources import Choice, Known, KnownTemplate

JSON = dict[str, Any]


class Nothing(Known):
    """A salon that has nothing yet."""

    templates: Sequence[KnownTemplate] = ()
    tags: Sequence[str] = ()
    contact_fields: Sequence[str] = ()
    secrets: Sequence[str] = ()

    def file(self, given: object) -> None:
        return None

    def listed(self, node: JSON) -> tuple[str, list[tuple[str, str]]]:
        return "…", []

    def choices(self, source: str) -> Sequence[Choice]:
        return []


class Page(HTMLParser):
    """The successful controls of a page, as HTML has it: in order, with the values they post."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self.select: str | None = None
        self.options: list[tuple[str, bool]] = []
        self.area: str | None = None
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "textarea":
            self.area, self.text = given.get("name"), ""
        elif tag == "select":
            self.select, self.options = given.get("name"), []
        elif tag == "option":
            self.options.append((given["value"], "selected" in given))
        elif tag == "input" and given.get("name"):
            self.take_input(given)

    def take_input(self, given: dict[str, str]) -> None:
        if given.get("type") == "file":
            return
        if given.get("type") != "checkbox" or "checked" in given:
            self.pairs.append((given["name"], given.get("value", "on")))

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area is not None:
            # The first line break after the tag is the parser's, and lines end as in forms.
            self.pairs.append((self.area, self.text.removeprefix("\n").replace("\n", "\r\n")))
            self.area = None
        elif tag == "select" and self.select is not None:
            chosen = [value for value, is_selected in self.options if is_selected] or [v for v, _ in self.options[:1]]
            self.pairs += [(self.select, value) for value in chosen[-1:]]
            self.select = None


def rendered(form: Form) -> str:
    """The fields of a form as HTML."""
    return render_to_string("flows/forms/panel.html#body", {"form": form, **by_place(form.controls)})


def posted_by(html: str) -> Posted:
    """What a browser would post."""
    data = QueryDict(mutable=True)
    for name, value in Page(html).pairs:
        data.appendlist(name, value)
    return Posted.of(data)


def opened(node: JSON, known: Known | None = None, graph: JSON | None = None) -> Form:
    """The form of a node as it is shown first."""
    return Form(node, known or Nothing(), graph or {"version": 1, "nodes": [node], "edges": []}, salon="Aurora")


def changed(node: JSON, known: Known | None = None, act: str = "", **values: str | list[str]) -> Form:
    """The form after somebody typed; `__` stands for a dot in a path, `at_` for @."""
    first = opened(node, known)
    posted = posted_by(rendered(first))
    for name, value in values.items():
        path = name.replace("__", ".").replace("at_", "@")
        posted[path] = value if isinstance(value, list) else [value]
    form = Form(node, known or Nothing(), first.graph, salon="Aurora", posted=posted)
    form.change(act)
    return form
