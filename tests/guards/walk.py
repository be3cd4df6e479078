"""What the guards walk over: files of the product, addresses, names."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tenants.access.doors import Address, addresses, dotted

__all__ = ["Address", "addresses", "calls", "dotted", "files", "functions", "place", "tree"]

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("api", "billing", "channels_wa", "config", "crm", "flows", "ops", "portal", "tenants")


@cache
def files(*tops: str, suffix: str = ".py") -> tuple[Path, ...]:
    """Files of these folders that git knows or would add, without migrations and vendored ones."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *tops], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    left_out = {"migrations", "vendor", "node_modules"}
    found = (ROOT / name for name in listed if name.endswith(suffix) and not left_out & set(Path(name).parts))
    return tuple(file for file in found if file.is_file())


@cache
def tree(file: Path) -> ast.Module:
    """A file as Python reads it."""
    return ast.parse(file.read_text())


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, methods and inner ones too."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(file: Path) -> Iterator[tuple[int, str, ast.Call]]:
    """Every call of a file: its line, what is called as it is written, and the call."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func), node


def place(file: Path, line: int = 0) -> str:
    """How a finding names its place."""
    name = str(file.relative_to(ROOT))
    return f"{name}:{line}" if line else name
