"""How a list is read: what was found out about the file, and what its owner says of it (`ContactImport.options`)."""

from dataclasses import asdict, dataclass, field
from typing import Any

OVERWRITE, FILL = "overwrite", "fill"


@dataclass(slots=True)
class Options:
    """All of it, as JSON."""

    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: int = 0
    has_header: bool = True
    # What each column is, by its number: a key of columns.TARGETS, field.<key>, consent.<purpose>, "new", or "".
    columns: dict[str, str] = field(default_factory=dict)
    headers: list[str] = field(default_factory=list)
    country: str = "BR"
    # What the file says goes over what the salon knows, or only fills what it does not know.
    existing: str = OVERWRITE
    # Where the guests agreed, for rows that say nothing of it.
    proof: str = ""
    # Put on everybody in the file.
    tags: list[str] = field(default_factory=list)
    # In which refusals are written.
    language: str = "pt-br"
    # Tries in a row that came to no end.
    stumbles: int = 0
    # About how many rows it has.
    lines: int = 0

    @classmethod
    def read(cls, given: dict[str, Any]) -> "Options":
        """From the row; what it does not say is as above."""
        known = {name: given[name] for name in cls.__dataclass_fields__ if name in given}
        return cls(**known)

    def as_json(self) -> dict[str, Any]:
        """For the row."""
        return asdict(self)

    def of(self, target: str) -> list[int]:
        """The columns that are this."""
        return sorted(int(number) for number, what in self.columns.items() if what == target)
