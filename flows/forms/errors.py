"""What is wrong with the settings of a node, in the reader's words and at the field it is about."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from flows.engine.expressions import ExpressionError
from flows.forms.building import applies
from flows.forms.fields import JSON, Bound, Words
from flows.forms.messages import words_of
from flows.forms.posted import Posted, keys_of
from flows.nodes.base import TYPES

NOT_SETTINGS: Final = ("id", "type", "position")
AROUND: Final = 40  # characters shown on each side of a mistake


@dataclass(frozen=True)
class Caret:
    """The line of a text in which a mistake is, cut before, at and after the character."""

    position: int
    before: str
    at: str
    after: str

    @property
    def pad(self) -> str:
        """As many blanks as stand before it, tabs included."""
        return "".join("\t" if one == "\t" else " " for one in self.before)


@dataclass(frozen=True)
class Told:
    """One mistake. `path` is that of the nearest field, empty for the node as a whole."""

    path: str
    text: str
    caret: Caret | None = None


def caret_of(source: str, position: int) -> Caret:
    """The place of a mistake in its text."""
    position = max(0, min(position, len(source)))
    start = max(source.rfind("\n", 0, position) + 1, position - AROUND)
    end = source.find("\n", position)
    end = min(len(source) if end < 0 else end, position + AROUND)
    return Caret(
        position, source[start:position], source[position : min(position + 1, end)] or " ", source[position + 1 : end]
    )


def told(fields: tuple[Bound, ...], node: JSON, posted: Posted) -> list[Told]:
    """All that is wrong with a node."""
    wanted = [bound for bound in fields if bound.kind == "json" and applies(bound, posted, "")]
    found = [one for bound in wanted for one in json_problems(bound, node.get(bound.name))]
    try:
        TYPES[node["type"]].model_validate({key: value for key, value in node.items() if key not in NOT_SETTINGS})
    except ValidationError as error:
        seen = {one.path for one in found}
        told_here = [told_one(fields, detail, posted) for detail in deepest(error.errors(include_url=False))]
        found += [one for one in told_here if one.path not in seen]
    return found


def json_problems(bound: Bound, value: Any) -> Iterable[Told]:
    """A text where JSON was meant: a comma or a quote is missing."""
    if not isinstance(value, str) or not value.strip():
        return
    try:
        json.loads(value)
    except json.JSONDecodeError as error:
        text = _("This is no JSON yet; look at the marked character. Blanks stand in quotes.")
        yield Told(bound.segment, text, caret_of(value, error.pos))
    except RecursionError:
        yield Told(bound.segment, _("This is nested too deep."), caret_of(value, 0))


def deepest(found: list[ErrorDetails]) -> Iterable[ErrorDetails]:
    """A list with a bad item counts as too short as well, which helps nobody."""
    places = [detail["loc"] for detail in found]
    return (
        detail
        for detail in found
        if not any(len(place) > len(detail["loc"]) and place[: len(detail["loc"])] == detail["loc"] for place in places)
    )


def told_one(fields: tuple[Bound, ...], detail: ErrorDetails, posted: Posted) -> Told:
    """One of pydantic's findings."""
    ctx = detail.get("ctx") or {}
    loc: tuple[Any, ...] = detail["loc"]
    if detail["type"] == "settings" and ctx.get("field"):
        loc = (*loc, *str(ctx["field"]).split("."))
    elif not loc:
        names = {bound.name for bound in fields if applies(bound, posted, "")}
        loc = tuple(name for name in (detail["type"], *MEANT.get(detail["type"], ())) if name in names)[:1]
    caret = None
    if detail["type"] == "expression" and isinstance(detail.get("input"), str):
        caret = caret_of(detail["input"], int(ctx.get("position", 0)))
    return Told(path_of(fields, loc, posted), sentence(detail, ctx), caret)


def path_of(fields: tuple[Bound, ...], loc: tuple[Any, ...], posted: Posted, prefix: str = "") -> str:
    """The path in the form of a place in the JSON: as deep as the form has fields of its own."""
    if not loc:
        return prefix.rstrip(".")
    bound = next((one for one in fields if one.name == str(loc[0]) and one.kind != "hidden"), None)
    if bound is None:
        standing_for = next((one for one in fields if one.spec.virtual and str(loc[0]) in one.spec.virtual.keys), None)
        return f"{prefix}{standing_for.name}" if standing_for else prefix.rstrip(".")
    here = f"{prefix}{bound.segment}"
    if bound.kind == "group":
        return path_of(bound.children, loc[1:], posted, f"{here}.")
    if len(loc) < 2:
        return here
    if bound.kind == "rows":
        keys = keys_of(posted, here)
        place = int(loc[1]) if str(loc[1]).isdecimal() else -1
        if 0 <= place < len(keys):
            inside = (bound.children[0].name,) if bound.is_scalar else loc[2:]
            return path_of(bound.children, inside, posted, f"{here}.{keys[place]}.")
    if bound.kind in ("pairs", "places"):
        key = next((key for key in keys_of(posted, here) if posted.one(f"{here}.{key}.key").strip() == loc[1]), "")
        return f"{here}.{key}" if key else here
    return here


# Which settings a finding about several of them is shown at, the first that there is.
MEANT: Final[dict[str, tuple[str, ...]]] = {
    "number": ("min", "answer"),
    "date": ("future", "answer"),
    "long": ("text",),
    "options": ("buttons", "list", "choices", "@kind"),
}
PATTERNS: Final[dict[str, Words]] = {
    r"^[A-Za-z_][A-Za-z0-9_]{0,63}\z": gettext_lazy(
        "Letters without accents, digits and _ only, beginning with a letter, like first_visit."
    ),
    r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z": gettext_lazy("Choose one of the list."),
    r"^([01][0-9]|2[0-3]):[0-5][0-9]\z": gettext_lazy("A time of day, like 09:30."),
    r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)\z": gettext_lazy("A time of day, like 09:30; 24:00 is midnight."),
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\z": gettext_lazy("Choose a day."),
    r"^[a-z0-9_]{1,512}\z": gettext_lazy("Choose a template."),
    r"^[a-z]{2,3}(_[A-Za-z0-9]{2,4})?\z": gettext_lazy("Choose a template."),
}
# Of what is chosen from a list.
CHOSEN: Final = (
    r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z",
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\z",
    r"^[a-z0-9_]{1,512}\z",
)
Ctx = dict[str, Any]
EMPTY: Final = ("missing", "empty", "string_too_short", "text", "string_type")
NO_NUMBER: Final = ("int_parsing", "int_type", "float_parsing", "float_type")
SENTENCES: Final[dict[str, Callable[[Ctx, Any], str]]] = {
    **dict.fromkeys(EMPTY, lambda _ctx, _given: _("Fill this in.")),
    **dict.fromkeys(NO_NUMBER, lambda _ctx, _given: _("Write a number.")),
    "int_from_float": lambda _ctx, _given: _("Write a whole number, like 3."),
    "literal_error": lambda _ctx, _given: _("Choose one of the list."),
    "extra_forbidden": lambda _ctx, _given: _("This step has a setting that is not known here. Draw the step anew."),
    "greater_than_equal": lambda ctx, _given: _("At least %(least)s.") % {"least": ctx["ge"]},
    "less_than_equal": lambda ctx, _given: _("At most %(most)s.") % {"most": ctx["le"]},
    "greater_than": lambda ctx, _given: _("More than %(least)s.") % {"least": ctx["gt"]},
    "less_than": lambda ctx, _given: _("Less than %(most)s.") % {"most": ctx["lt"]},
    "string_too_long": lambda ctx, given: too_long(int(ctx["max_length"]), given),
    "long": lambda ctx, given: too_long(int(ctx["most"]), given) if "most" in ctx else _("This text is too long."),
    "too_long": lambda ctx, _given: _("At most %(most)s; take some away.") % {"most": ctx["max_length"]},
    "too_short": lambda ctx, _given: (
        ngettext("It needs %(count)s at least.", "It needs %(count)s at least.", ctx["min_length"])
        % {"count": ctx["min_length"]}
    ),
    "string_pattern_mismatch": lambda ctx, given: misfit(str(ctx["pattern"]), given),
}


def misfit(pattern: str, given: Any) -> str:
    """What a text should look like; of what is chosen from a list nothing is to be filled in."""
    words = PATTERNS.get(pattern)
    if given == "" and pattern not in CHOSEN:
        return _("Fill this in.")
    return str(words) if words else _("This cannot be used here.")


def too_long(most: int, given: Any) -> str:
    """How much has to go."""
    if not isinstance(given, str):
        return _("At most %(most)s characters.") % {"most": most}
    return _("At most %(most)s characters; these are %(length)s.") % {"most": most, "length": len(given)}


def sentence(detail: ErrorDetails, ctx: Ctx) -> str:
    """What is wrong and what would be right."""
    if detail["type"] == "expression":
        return expression_words(str(ctx.get("reason", "")), int(ctx.get("position", 0)))
    if detail["type"] in SENTENCES and not (detail["type"] == "long" and "most" not in ctx):
        return SENTENCES[detail["type"]](ctx, detail.get("input"))
    return words_of(detail["msg"])


def expression_words(reason: str, position: int) -> str:
    """A mistake in a formula, with its place."""
    return _("%(reason)s (character %(place)s)") % {"reason": words_of(reason), "place": position + 1}


def words_of_error(error: ExpressionError) -> str:
    """A mistake that came up while a formula was worked out."""
    return expression_words(error.message, error.position)


def variable_from(words: str) -> str:
    """A name for a variable from what a person wrote: `Data da visita` becomes `data_da_visita`."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", words.strip()).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9_]+", "_", plain).strip("_")[:64]
    return f"_{name}"[:64] if name[:1].isdigit() else name
