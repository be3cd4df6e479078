"""What every reader of files gives: a row with its number and its cells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of a file as spreadsheets number them, from 1; `problem` says why it cannot be read."""

    number: int
    cells: list[str]
    problem: str = ""

    @property
    def is_blank(self) -> bool:
        """Nothing stands in it."""
        return not self.problem and not any(cell.strip() for cell in self.cells)
