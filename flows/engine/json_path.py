"""Where in an answer something stands: `data.items[0].id`. A missing part is null, as answers change."""

import re
from typing import Any, Final

MAX_PATH: Final = 200
MAX_PARTS: Final = 20
PART: Final = re.compile(
    r"""(?:(?:^|\.)(?P<name>[^.\[\]"\s]{1,100})|\[(?P<place>-?[0-9]{1,6})\]|\["(?P<quoted>[^"\\]{1,100})"\])"""
)

Path = tuple[str | int, ...]
MISSING: Final = object()


class PathError(ValueError):
    """A path that cannot be read; `position` counts characters from 0."""

    def __init__(self, position: int) -> None:
        super().__init__(f"a path looks like data.items[0].id (at character {position + 1})")
        self.position = position


def path_of(text: str) -> Path:
    """The parts of a path; `$` alone, or before the rest, is the whole answer. Raises PathError."""
    at = 1 if text.startswith("$") else 0
    if at and text[1:2] == ".":
        at = 2
    rest, offset = text[at:], at
    parts: list[str | int] = []
    at = 0
    while at < len(rest):
        match = PART.match(rest, at)
        if match is None or len(parts) == MAX_PARTS or len(text) > MAX_PATH:
            raise PathError(offset + at)
        parts.append(int(match["place"]) if match["place"] is not None else match["name"] or match["quoted"])
        at = match.end()
    if not text or (offset == 2 and not parts):
        raise PathError(len(text))
    return tuple(parts)


def found_in(value: Any, path: Path) -> Any:
    """What stands there, or MISSING."""
    for part in path:
        if isinstance(part, int):
            if not isinstance(value, list) or not -len(value) <= part < len(value):
                return MISSING
            value = value[part]
        else:
            if not isinstance(value, dict) or part not in value:
                return MISSING
            value = value[part]
    return value
