"""STYLE.md's budget and the rules that a reader could overlook."""

import ast
import re
from pathlib import Path

import pytest

from tests.guards import walk

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
ALL = (*walk.PRODUCT, "sandbox")
# Files that may read the machine's clock, and why.
MAY_READ_THE_CLOCK = {
    "ops/clock/__init__.py": "is the clock",
}
# Files that may print, and why.
MAY_PRINT = {
    "portal/frame/catalogues.py": "a tool of make check",
    "portal/frame/vendored.py": "a tool of make check",
}
# In halves, or this file would name them.
REGISTRIES = ("pypi" + ".org", "files.python" + "hosted", "registry.npm" + "js", "crates" + ".io")
SELF = {"self", "cls", "mcs"}


def longer_than(limit: int, tops: tuple[str, ...]) -> list[str]:
    return [
        f"{walk.place(file)}: {lines} lines"
        for file in walk.files(*tops)
        if (lines := len(file.read_text().splitlines())) > limit
    ]


def test_no_file_is_longer_than_the_budget() -> None:
    assert not longer_than(LONGEST_FILE, (*ALL, "tests", ".ci", "docker"))


def test_no_function_is_longer_than_the_budget() -> None:
    found = [
        f"{walk.place(file, function.lineno)} {function.name}"
        for file in walk.files(*ALL, "tests")
        for function in walk.functions(file)
        if (function.end_lineno or 0) - function.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not found


def untyped(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    missing = [
        one for number, one in enumerate(named) if one.annotation is None and not (number == 0 and one.arg in SELF)
    ]
    return bool(missing) or (function.returns is None and function.name != "__init__")


def test_every_function_is_typed() -> None:
    found = [
        f"{walk.place(file, function.lineno)} {function.name}"
        for file in walk.files(*ALL)
        for function in walk.functions(file)
        if untyped(function)
    ]
    assert not found


def test_every_module_says_what_it_is() -> None:
    silent = [
        walk.place(file)
        for file in walk.files(*ALL)
        if file.read_text().strip() and not ast.get_docstring(walk.tree(file))
    ]
    assert not silent


def test_nothing_is_printed() -> None:
    prints = {
        walk.place(file) for file in walk.files(*walk.PRODUCT) for _, name, _ in walk.calls(file) if name == "print"
    }
    allowed = {place for place in prints if place in MAY_PRINT or place.startswith(("ops/up/", "ops/services/"))}
    assert prints == allowed
    assert MAY_PRINT.keys() <= prints, "stale"


CLOCKS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now", "datetime.datetime.now",
    "django.utils.timezone.now", "timezone.localdate", "localdate",
}  # fmt: skip


def test_the_time_is_asked_of_the_clock_only() -> None:
    """ARCHITECTURE §6. The sandbox has a clock of its own; time.time and monotonic measure, they date nothing."""
    readers = {
        walk.place(file) for file in walk.files(*walk.PRODUCT) for _, name, _ in walk.calls(file) if name in CLOCKS
    }
    assert readers == set(MAY_READ_THE_CLOCK)


def test_no_default_reads_another_clock() -> None:
    found = [
        walk.place(file, node.lineno)
        for file in walk.files(*walk.PRODUCT)
        for node in ast.walk(walk.tree(file))
        if isinstance(node, ast.keyword) and node.arg == "default" and ast.unparse(node.value) in CLOCKS
    ]
    assert not found


def test_no_task_is_put_off_by_the_broker() -> None:
    """ARCHITECTURE §6: eta and countdown are forbidden."""
    found = [
        walk.place(file, line)
        for file in walk.files(*walk.PRODUCT)
        for line, _, call in walk.calls(file)
        if {"eta", "countdown"} & {keyword.arg for keyword in call.keywords}
    ]
    assert not found


def test_no_registry_is_named() -> None:
    kinds = (".py", ".txt", ".lock", ".toml", ".md", ".html", ".sh", ".yml", "Makefile", "Dockerfile")
    texts = {file: file.read_text(errors="replace") for kind in kinds for file in walk.files(suffix=kind)}
    assert not [walk.place(file) for file, text in texts.items() if any(name in text for name in REGISTRIES)]


@pytest.mark.parametrize("file", walk.files("templates", suffix=".html"), ids=walk.place)
def test_templates_keep_to_the_strict_csp(file: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", file.read_text(), flags=re.DOTALL)
    assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=|javascript:|\shx-on|\bhx-vals=['\"]js", text)
    for tag in re.findall(r"<(?:script|style)\b[^>]*>", text):
        assert any(word in tag for word in ("nonce=", 'type="application/json"', 'src="{% static')), tag
    assert not re.search(r"(?:src|href)=['\"]https?://", text), "everything is served by ourselves"


# Templates that write text as it is, and why.
MAY_WRITE_MARKUP = {
    "templates/components/field.html": "Django's own widgets and help texts",
}


def test_texts_are_escaped() -> None:
    unsafe = re.compile(r"\|safe\b|autoescape off")
    found = {walk.place(file) for file in walk.files("templates", suffix=".html") if unsafe.search(file.read_text())}
    assert found == MAY_WRITE_MARKUP.keys()


def test_no_test_sleeps_to_wait_for_a_clock() -> None:
    """INVARIANTS: time is injected. Loops that poll another process may nap, for less than a second."""
    found = [
        walk.place(file, line)
        for file in walk.files("tests")
        for line, name, call in walk.calls(file)
        if name in ("time.sleep", "asyncio.sleep", "sleep")
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and float(str(call.args[0].value)) > 1
    ]
    assert not found


def test_no_test_empties_the_tables_of_the_others() -> None:
    """Django truncates everything after such a test, and the two salons of all the others are gone."""
    words = ("django_db(" + "transaction=True", "transactional" + "_db")
    files = (walk.ROOT / "tests").rglob("*.py")
    assert not [str(file) for file in files if any(word in file.read_text() for word in words)]


def test_what_becomes_a_number_is_asked_for_decimals() -> None:
    """`"²".isdigit()` is true, and int("²") raises: a stranger's 500. Headers are bytes, whose digits are ASCII's."""
    of_bytes = {"channels_wa/gate/app.py", "ops/bodies.py"}
    found = [
        f"{walk.place(file, number)} {line.strip()}"
        for file in walk.files(*walk.PRODUCT)
        if str(file.relative_to(walk.ROOT)) not in of_bytes
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if "int(" in line and re.search(r"\.isdigit\(\)|\.isnumeric\(\)", line) and "isascii()" not in line
    ]
    assert found == []
