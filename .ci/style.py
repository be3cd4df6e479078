"""A mirror, not a gate: how long files and functions are, how many comments there are, beside what STYLE asks."""

import ast
import statistics
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = ("migrations", "static", ".venv", ".state")


def files(pattern: str) -> list[Path]:
    """Files that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", pattern], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    found = [Path(name) for name in listed if name and not set(LEFT_OUT) & set(Path(name).parts)]
    return [ROOT / name for name in found if (ROOT / name).is_file()]


def functions(file: Path) -> Iterator[int]:
    """Lengths of the functions in a file."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1


def spread(numbers: Sequence[int]) -> str:
    """Median, 95th percentile and maximum in words."""
    if not numbers:
        return "none"
    at_95 = sorted(numbers)[min(len(numbers) - 1, int(len(numbers) * 0.95))]
    return f"median {statistics.median(numbers):.0f}, p95 {at_95}, most {max(numbers)}"


def main() -> None:
    """Print the mirror."""
    python = files("*.py")
    tests = [file for file in python if file.is_relative_to(ROOT / "tests")]
    product = [file for file in python if file not in tests]
    texts = [file.read_text().splitlines() for file in product]
    lines = sum(len(text) for text in texts) or 1
    comments = sum("# " in line for text in texts for line in text)
    lengths = [length for file in product for length in functions(file)]
    templates = [file.stat().st_size for file in files("*.html")]
    print("style, as a mirror:")
    print(f"  file lines           {spread([len(text) for text in texts])}  (asked: median <= 60, p95 <= 300)")
    print(f"  function lines       {spread(lengths)}  (asked: median <= 8, p95 <= 35)")
    print(f"  test function lines  {spread([n for f in tests for n in functions(f)])}  (asked: median <= 12)")
    print(f"  comments per 100     {100 * comments / lines:.1f}  (asked: 3 to 5)")
    print(f"  template bytes       {spread(templates)}  (asked: median <= 1000)")


if __name__ == "__main__":
    main()
