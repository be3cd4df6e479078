"""Many ids in little room: [first, last] where they follow one another."""

from collections.abc import Iterable
from typing import Any


def runs_of(ids: Iterable[int]) -> list[Any]:
    """These ids, each once, in order: 3, or [1, 500]."""
    runs: list[list[int]] = []
    for pk in sorted(set(ids)):
        if runs and pk == runs[-1][1] + 1:
            runs[-1][1] = pk
        else:
            runs.append([pk, pk])
    return [first if first == last else [first, last] for first, last in runs]


def ids_of(runs: Iterable[Any]) -> list[int]:
    """The ids again."""
    found: list[int] = []
    for run in runs:
        found.extend(range(run[0], run[1] + 1) if isinstance(run, list) else [run])
    return found
