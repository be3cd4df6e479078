"""I25, short form: expressions nobody would write. FUZZ_EXPRESSIONS=1000000 makes it the long one."""

import os
import time
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.engine.expressions import Expression, ExpressionError, Scope, Template
from flows.engine.expressions.functions import FUNCTIONS
from tests.flows.test_expression_bombs import MOST_S, SIGHT, check_plain, outcome

EXAMPLES = int(os.environ.get("FUZZ_EXPRESSIONS", "700"))
hard = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=EXAMPLES < 10_000,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip

PATHS = ["contact", "contact.name", "salon.x.y", "message.text", *(f"vars.{name}" for name in SIGHT["vars"])]
LEAVES = ["1", "0", "-1", "0.5", "9" * 34, "'a'", "''", "'2026-12-24'", "true", "false", "null", "[]", "'.*'", *PATHS]
SIGNS = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in", "&&", "||", "and", "or"]
ODD = "()[]{}'\"\\.,?:+-*/%<>=!&| \n\t\0a1_é\ud800$#@`~^;👍٣"

leaves = st.sampled_from(LEAVES)


def over(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Larger expressions out of smaller ones."""
    return st.one_of(
        st.tuples(inner, st.sampled_from(SIGNS), inner).map(lambda parts: "({} {} {})".format(*parts)),
        st.tuples(st.sampled_from(sorted(FUNCTIONS)), st.lists(inner, max_size=4)).map(
            lambda parts: f"{parts[0]}({', '.join(parts[1])})"
        ),
        st.tuples(inner, inner, inner).map(lambda parts: "({} ? {} : {})".format(*parts)),
        st.tuples(inner, inner).map(lambda parts: "{}[{}]".format(*parts)),
        st.lists(inner, max_size=4).map(lambda parts: f"[{', '.join(parts)}]"),
        st.tuples(st.sampled_from(["!", "-", "not "]), inner).map("".join),
        st.tuples(inner, st.sampled_from([".name", ".__class__", ".upper()", ".size()"])).map("".join),
    )


written = st.recursive(leaves, over, max_leaves=25)
noise = st.one_of(st.text(max_size=200), st.text(alphabet=ODD, max_size=200))
spoilt = st.tuples(written, st.integers(0, 300), noise).map(
    lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] :]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def check(source: str, scope: Scope) -> None:
    """It gives JSON or says why not, soon."""
    began = time.process_time()
    value = outcome(source, scope)
    took = time.process_time() - began
    check_plain(value)
    assert took < MOST_S or retaken(source, scope) < MOST_S


def retaken(source: str, scope: Scope) -> float:
    """Once more, as the machine may have been busy with its own memory."""
    began = time.process_time()
    outcome(source, scope)
    return time.process_time() - began


@hard
@given(written)
def test_i25_whatever_is_written(source: str) -> None:
    check(source, Scope(SIGHT))


@hard
@given(spoilt)
def test_i25_whatever_is_misspelt(source: str) -> None:
    check(source, Scope(SIGHT))


@hard
@given(written, json_values)
def test_i25_whatever_the_world_holds(source: str, world: Any) -> None:
    check(
        source,
        Scope({"contact": world, "salon": {}, "message": {"text": world}, "vars": {"long": world, "wide": world}}),
    )


@hard
@given(st.one_of(noise, spoilt))
def test_i25_what_a_guest_writes_is_never_read(said: str) -> None:
    scope = Scope({"contact": {}, "salon": {}, "message": {"text": said}, "vars": {}})
    assert Template("<{{ message.text }}>").render(scope) == f"<{said}>"
    assert Expression("message.text").json(scope) == said


@hard
@given(st.one_of(noise, spoilt))
def test_i25_whatever_a_template_holds(source: str) -> None:
    try:
        text = Template(source + "{{" + source + "}}").render(Scope(SIGHT))
    except ExpressionError:
        return
    assert len(text.encode("utf-8", "surrogatepass")) <= 65_536
