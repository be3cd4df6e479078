"""The fields of a form as the page draws them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from flows.forms import rules
from flows.forms.building import applies
from flows.forms.errors import Told
from flows.forms.fields import JSON, UNITS, Bound
from flows.forms.posted import MOST_ROWS, Posted, keys_of
from flows.forms.sources import Choice, Known
from flows.forms.variables import Variable


@dataclass(frozen=True)
class Row:
    """One of several, with what can be done to it."""

    key: str
    path: str
    number: int
    controls: list["Control"]
    is_first: bool
    is_last: bool

    @property
    def html_id(self) -> str:
        """Its id in the page."""
        return html_id(self.path)


@dataclass
class Control:
    """One field with what stands in it."""

    bound: Bound
    path: str
    value: str = ""
    values: list[str] = field(default_factory=list)
    is_shown: bool = True
    is_on: bool = True
    errors: list[Told] = field(default_factory=list)
    choices: Sequence[Choice] = ()
    suggestions: Sequence[str] = ()
    children: list["Control"] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    # For those that are more than one control: a duration's unit, a condition's parts.
    parts: dict[str, Any] = field(default_factory=dict)
    words: str = ""
    # How many characters fit.
    most: int | None = None

    @property
    def html_id(self) -> str:
        """Its id in the page."""
        return html_id(self.path)

    @property
    def template(self) -> str:
        """What draws it."""
        return f"flows/forms/kinds/{self.bound.kind}.html"

    @property
    def label(self) -> str:
        """What it is called."""
        return self.words or str(self.bound.spec.label)

    @property
    def described_by(self) -> str:
        """The ids of what explains it to a screen reader."""
        parts = ["help"] if self.bound.spec.help else []
        return " ".join(f"{self.html_id}-{part}" for part in [*parts, "errors"])

    @property
    def may_add(self) -> bool:
        """Whether one more row fits."""
        return len(self.rows) < min(self.bound.most or MOST_ROWS, MOST_ROWS)

    @property
    def is_fieldset(self) -> bool:
        """Whether it is several controls under one title."""
        return self.bound.kind in ("group", "rows", "pairs", "places", "checks", "duration", "rule", "hours")


def html_id(path: str) -> str:
    """A path as an id."""
    return "ff-" + path.replace(".", "-").replace("@", "at-")


class Shower:
    """Draws one form: what was posted, the node it makes, and what is wrong with it."""

    def __init__(
        self, posted: Posted, problems: Sequence[Told], known: Known, variables: Callable[[], Sequence[Variable]]
    ) -> None:
        self.posted = posted
        self.problems = problems
        self.known = known
        self.variables = variables

    def controls(self, fields: Sequence[Bound], data: JSON, prefix: str = "") -> list[Control]:
        """The controls of a group; what does not belong here any more stays in the page, unseen."""
        return [self.control(bound, data, prefix) for bound in fields if bound.kind != "hidden"]

    def control(self, bound: Bound, data: JSON, prefix: str) -> Control:
        """One field."""
        path = f"{prefix}{bound.segment}"
        value = data.get(bound.name)
        # What is in the node although it does not belong there is shown, so that it can be mended.
        is_left = bound.name in data and value not in ([], {}, "", None, False) and not bound.spec.slot
        is_shown = applies(bound, self.posted, prefix) or is_left
        control = Control(
            bound, path, self.posted.one(path), self.posted.many(path), is_shown,
            errors=[one for one in self.problems if one.path == path],
        )  # fmt: skip
        shorter = bound.spec.shorter
        control.most = shorter[2] if shorter and self.posted.one(prefix + shorter[0]) in shorter[1] else bound.most
        if bound.has_switch:
            control.is_on = self.posted.one(f"{path}.on") == "on"
        if bound.spec.source:
            control.suggestions = self.known.suggestions(bound.spec.source)
        if bound.kind in ("choice", "checks"):
            control.choices = self.choices(bound, control)
        elif bound.kind == "duration":
            control.parts = {
                "amount": self.posted.one(f"{path}.amount"),
                "unit": self.posted.one(f"{path}.unit"),
                "units": [Choice(name, str(words)) for name, words in UNITS.items()],
            }
        elif bound.kind == "group":
            control.children = self.controls(bound.children, value if isinstance(value, dict) else {}, f"{path}.")
        elif bound.kind == "rows":
            control.rows = self.rows(bound, path, value)
        elif bound.kind in ("pairs", "places"):
            self.show_pairs(control)
        elif bound.kind == "rule":
            self.show_rule(control)
        elif bound.kind == "media":
            control.parts = {"upload_kind": self.posted.one(f"{prefix}kind"), "media": self.known.file(control.value)}
        return control

    def choices(self, bound: Bound, control: Control) -> list[Choice]:
        """What can be chosen, and what is chosen although it cannot be any more."""
        source = bound.spec.source
        found = list(self.known.choices(source)) if source else []
        found = found or [Choice(value, str(words)) for value, words in bound.choices.items()]
        known = {one.value for one in found}
        gone = [Choice(value, value.replace("|", " · "), _("not there any more")) for value in control.values
                if value.partition("|")[0] and value not in known]  # fmt: skip
        if source and bound.is_optional:
            found.insert(0, Choice("", str(bound.spec.placeholder)))
        elif source and not control.value.partition("|")[0]:
            found.insert(0, Choice(control.value, _("Choose …")))
        return [*found, *gone] if bound.kind == "choice" else found

    def rows(self, bound: Bound, path: str, value: Any) -> list[Row]:
        """The rows in their order."""
        keys = keys_of(self.posted, path)
        items = value if isinstance(value, list) else []
        found = []
        for place, key in enumerate(keys):
            item = items[place] if place < len(items) else {}
            data = item if isinstance(item, dict) else {bound.children[0].name: item}
            controls = self.controls(bound.children, data, f"{path}.{key}.")
            found.append(Row(key, f"{path}.{key}", place + 1, controls, place == 0, place == len(keys) - 1))
        return found

    def show_pairs(self, control: Control) -> None:
        """Names with their values."""
        if control.bound.kind == "places":
            control.is_shown = (
                bool(keys_of(self.posted, control.path))
                or self.known.template(self.posted.one("@template")) is not None
            )
        for place, key in enumerate(keys_of(self.posted, control.path)):
            here = f"{control.path}.{key}"
            child = Control(control.bound, here, self.posted.one(f"{here}.value"), words=self.posted.one(f"{here}.key"))
            child.is_shown = not self.posted.one(f"{here}.off")
            child.errors = [one for one in self.problems if one.path == here]
            if control.bound.kind == "places":
                child.parts = self.place_parts(child.words, child.value)
            control.rows.append(Row(key, here, place + 1, [child], place == 0, False))

    def place_parts(self, place: str, value: str) -> dict[str, Any]:
        """What a template's place is called, and what goes there."""
        template = self.known.template(self.posted.one("@template"))
        known = {name: (label, sample) for name, label, sample in template.places} if template else {}
        label, sample = known.get(place, (place, ""))
        parts: dict[str, Any] = {"label": label, "sample": sample}
        if template and place == "header.media":
            parts |= {"upload_kind": template.shape.header_format.lower(), "media": self.known.file(value)}
        return parts

    def show_rule(self, control: Control) -> None:
        """A condition's parts."""
        path, left = control.path, self.posted.one(f"{control.path}.left")
        known = [Choice(one.name, f"{one.label} ({one.name})" if one.label != one.name else one.name)
                 for one in self.variables() if "." in one.name]  # fmt: skip
        if left not in {one.value for one in known}:
            known.insert(0, Choice(left, left or _("Choose …")))
        how = self.posted.one(f"{path}.how")
        control.parts = {
            "is_formula": self.posted.one(f"{path}.mode") == rules.FORMULA,
            "mode": self.posted.one(f"{path}.mode"),
            "formula": self.posted.one(f"{path}.formula"),
            "left": left,
            "lefts": known,
            "how": how,
            "hows": [Choice(name, str(one.label)) for name, one in rules.COMPARISONS.items()],
            "right": self.posted.one(f"{path}.right"),
            "takes": rules.COMPARISONS[how].takes if how in rules.COMPARISONS else "text",
            "is_simple": rules.rule_of(self.posted.one(f"{path}.formula")) is not None
            or not self.posted.one(f"{path}.formula").strip(),
        }
