"""Conditions for people who write no formulas: one thing, a comparison, a value.

Each is kept as a formula, and read back from it.
"""

import json
import re
from collections.abc import Callable
from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from flows.engine.expressions import Expression, ExpressionError
from flows.forms.fields import Words
from flows.forms.posted import Posted

PATH: Final = r"(?P<left>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)"
TEXT: Final = r"(?P<right>'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")"
VALUE: Final = TEXT[:-1] + r"|-?[0-9]+(?:\.[0-9]+)?|true|false)"
NUMBER: Final = re.compile(r"-?[0-9]{1,30}(?:[.,][0-9]{1,10})?")
SIMPLE, FORMULA = "simple", "formula"


class Comparison(NamedTuple):
    """How it is called, written, and found again. `takes`: text, number, value (any of them) or nothing."""

    label: Words
    takes: str
    write: Callable[[str, str], str]
    pattern: re.Pattern[str]


def _like(sign: str) -> re.Pattern[str]:
    return re.compile(rf"plain\(text\({PATH}\)\) {sign} plain\({TEXT}\)")


def _sign(sign: str, right: str) -> re.Pattern[str]:
    return re.compile(rf"{PATH}\s*{re.escape(sign)}\s*{right}")


_NUMBER: Final = r"(?P<right>-?[0-9]+(?:\.[0-9]+)?)"
COMPARISONS: Final[dict[str, Comparison]] = {
    "is": Comparison(_("is"), "text", lambda left, right: f"plain(text({left})) == plain({right})", _like("==")),
    "is_not": Comparison(
        _("is not"), "text", lambda left, right: f"plain(text({left})) != plain({right})", _like("!=")
    ),
    "contains": Comparison(
        _("contains"),
        "text",
        lambda left, right: f"contains(plain(text({left})), plain({right}))",
        re.compile(rf"contains\(plain\(text\({PATH}\)\), plain\({TEXT}\)\)"),
    ),
    "filled": Comparison(
        _("is filled in"), "nothing", lambda left, _right: f"has({left})", re.compile(rf"has\({PATH}\)")
    ),
    "empty": Comparison(_("is empty"), "nothing", lambda left, _right: f"!has({left})", re.compile(rf"!has\({PATH}\)")),
    "more": Comparison(_("is more than"), "number", lambda left, right: f"{left} > {right}", _sign(">", _NUMBER)),
    "at_least": Comparison(_("is at least"), "number", lambda left, right: f"{left} >= {right}", _sign(">=", _NUMBER)),
    "less": Comparison(_("is less than"), "number", lambda left, right: f"{left} < {right}", _sign("<", _NUMBER)),
    "at_most": Comparison(_("is at most"), "number", lambda left, right: f"{left} <= {right}", _sign("<=", _NUMBER)),
    "equals": Comparison(_("is exactly"), "value", lambda left, right: f"{left} == {right}", _sign("==", VALUE)),
    "differs": Comparison(_("is not exactly"), "value", lambda left, right: f"{left} != {right}", _sign("!=", VALUE)),
    "includes": Comparison(
        _("has in its list"), "text", lambda left, right: f"{right} in {left}", re.compile(rf"{TEXT} in {PATH}")
    ),
    "lacks": Comparison(
        _("does not have in its list"),
        "text",
        lambda left, right: f"!({right} in {left})",
        re.compile(rf"!\({TEXT} in {PATH}\)"),
    ),
}


class Rule(NamedTuple):
    """A condition in three parts."""

    left: str
    how: str
    right: str


def rule_of(source: str) -> Rule | None:
    """The parts of a formula that has this shape; None for any other."""
    text = source.strip()
    for how, comparison in COMPARISONS.items():
        found = comparison.pattern.fullmatch(text)
        if found:
            right = found.groupdict().get("right") or ""
            return Rule(found["left"], how, unquoted(right) if right[:1] in "\"'" else right)
    return None


def formula_of(rule: Rule) -> str:
    """The formula of a condition; empty while it says nothing."""
    comparison = COMPARISONS.get(rule.how)
    if comparison is None or not rule.left:
        return ""
    return comparison.write(rule.left, written(rule.right, comparison.takes))


def written(right: str, takes: str) -> str:
    """The value as a formula has it; what should be a number and is none stays as it is, to be found fault with."""
    plain = right.strip()
    if takes == "number" or (takes == "value" and (NUMBER.fullmatch(plain) or plain in ("true", "false"))):
        return plain.replace(",", ".") if NUMBER.fullmatch(plain) else plain
    return quoted(right)


def quoted(text: str) -> str:
    """A text in quotes."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"


def unquoted(literal: str) -> str:
    """The text of a literal, as the language itself reads it."""
    try:
        found = Expression(literal).evaluate
        from flows.engine.expressions import Scope

        return str(Scope({}).run(found))
    except ExpressionError:
        return json.dumps(literal)


def flatten_rule(source: str, path: str, posted: Posted) -> None:
    """A condition in the form: in parts if it has that shape, else as a formula."""
    rule = rule_of(source) if source else Rule("", "is", "")
    posted.put(f"{path}.mode", SIMPLE if rule else FORMULA)
    posted.put(f"{path}.formula", source)
    posted.put(f"{path}.left", rule.left if rule else "")
    posted.put(f"{path}.how", rule.how if rule else "is")
    posted.put(f"{path}.right", rule.right if rule else "")


def read_rule(posted: Posted, path: str) -> str:
    """The formula that the form says."""
    if posted.one(f"{path}.mode") == FORMULA:
        return posted.one(f"{path}.formula")
    return formula_of(Rule(posted.one(f"{path}.left"), posted.one(f"{path}.how"), posted.one(f"{path}.right")))


def turn(posted: Posted, path: str) -> bool:
    """To the other way of writing; False if this formula has no simple form, so that it stays."""
    if posted.one(f"{path}.mode") == FORMULA:
        source = posted.one(f"{path}.formula")
        if source.strip() and rule_of(source) is None:
            return False
        flatten_rule(source, path, posted)
        return True
    posted.put(f"{path}.formula", read_rule(posted, path))
    posted.put(f"{path}.mode", FORMULA)
    return True
