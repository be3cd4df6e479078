"""TN-006: whatever changes something an owner would ask about is noted in the audit log.

Two walks, both over the source. Verbs: a public function of an `actions` module that writes rows must come to
`audit.record`, by itself or by what it calls. Pages: a view that takes POST must come to it too. What need not, stands
in a list with its reason; an entry that is no longer needed fails as well. And every act has words.
"""

import ast
from functools import cache
from pathlib import Path

from tenants.audit.words import ACTS
from tenants.audit.words.labels import KINDS
from tests.guards import walk
from tests.guards.audit_exceptions import NOT_NOTED, VIEWS_NOT_NOTED, WORDLESS

TOPS = ("billing", "channels_wa", "crm", "flows", "tenants", "api")
RECORDS = {"audit.record", "audit.record_many"}
WRITES = {
    "save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create", "update_or_create", "asave",
}  # fmt: skip
POSTS = ("require_POST", "require_http_methods")


class Module:
    """A file: its functions, what each calls, and where its names come from."""

    def __init__(self, file: Path) -> None:
        self.name = str(file.relative_to(walk.ROOT)).removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        self.tree = walk.tree(file)
        self.functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = {}
        self.names: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                self.names |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self.functions.setdefault(node.name, node)

    def called(self, function: ast.AST) -> set[str]:
        """Everything a function names, as full paths where they are of the product."""
        found = set()
        for node in ast.walk(function):
            parts = dotted(node)
            if parts[:1] == ["self"] and len(parts) > 1:
                found.add(f"{self.name}.{parts[1]}")
            elif parts:
                head = self.names.get(parts[0], f"{self.name}.{parts[0]}")
                found |= {".".join([head, *parts[1:end]]) for end in range(1, len(parts) + 1)}
        return found


def dotted(node: ast.AST) -> list[str]:
    """The parts of a.b.c; none of anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else []


@cache
def modules() -> dict[str, Module]:
    return {made.name: made for made in map(Module, walk.files(*TOPS))}


@cache
def noting() -> frozenset[str]:
    """Every function that comes to the audit log, by itself or by what it names; a class by its methods."""
    callers: dict[str, set[str]] = {}
    for module in modules().values():
        for name, target in module.names.items():
            # A package gives on what stands in its files.
            callers.setdefault(target, set()).add(f"{module.name}.{name}")
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for one in module.called(node):
                    callers.setdefault(one, set()).add(f"{module.name}.{node.name}")
    found = {"tenants.audit.actions.record", "tenants.audit.actions.record_many"}
    open_ones = list(found)
    while open_ones:
        for caller in callers.get(open_ones.pop(), set()) - found:
            found.add(caller)
            open_ones.append(caller)
    return frozenset(found)


def notes(path: str) -> bool:
    """Whether a function comes to the audit log."""
    return path in noting()


def writes(function: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
        for node in ast.walk(function)
    )


def verbs() -> set[str]:
    """Public functions of actions modules that write rows themselves."""
    return {
        f"{module.name}.{name}"
        for module in modules().values()
        if "actions" in module.name.split(".")
        for name, function in module.functions.items()
        if not name.startswith("_") and writes(function)
    }


def posts() -> set[str]:
    """Views that take POST, and the API's writing actions."""
    found = set()
    for module in modules().values():
        for name, function in module.functions.items():
            if module.name.startswith("api.v1.") and name in ("create", "partial_update", "destroy"):
                found.add(f"{module.name}.{name}")
            marks = [ast.unparse(one) for one in function.decorator_list]
            is_page = any(mark.startswith(POSTS[0]) or (mark.startswith(POSTS[1]) and "POST" in mark) for mark in marks)
            if is_page and any("allowed(" in mark for mark in marks):
                found.add(f"{module.name}.{name}")
    return found


def acts() -> set[str]:
    """Acts that are written out in the source."""
    found = set()
    for file in walk.files(*TOPS):
        for _line, name, call in walk.calls(file):
            if name in RECORDS and call.args:
                found |= {
                    node.value
                    for node in ast.walk(call.args[0])
                    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value.strip(".")
                }
    return found


def test_every_verb_that_writes_is_noted() -> None:
    silent = {path for path in verbs() if not notes(path)}
    assert silent - NOT_NOTED.keys() == set(), (
        "call audit.record in its transaction, or say in audit_exceptions why not"
    )
    assert NOT_NOTED.keys() - silent == set(), "these are noted by now, or gone"


def test_every_page_that_changes_something_is_noted() -> None:
    silent = {path for path in posts() if not notes(path)}
    assert silent - VIEWS_NOT_NOTED.keys() == set()
    assert VIEWS_NOT_NOTED.keys() - silent == set(), "these are noted by now, or gone"


def test_every_act_has_words_and_a_kind() -> None:
    assert acts() - ACTS.keys() - WORDLESS == set()
    known = {thing for _label, things in KINDS.values() for thing in things}
    assert {action.partition(".")[0] for action in ACTS} <= known


def test_the_walk_sees_what_it_looks_for() -> None:
    assert len(verbs()) > 40
    assert notes("flows.actions.publishing.publish")
    assert not notes("tenants.audit.context.acting")
