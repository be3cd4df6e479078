"""The one exception that leaves the expression language."""


class ExpressionError(Exception):
    """An expression that cannot be read or worked out; `position` counts characters from 0 in its source."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.position = position

    def __str__(self) -> str:
        return f"{self.message} (at character {self.position + 1})"
