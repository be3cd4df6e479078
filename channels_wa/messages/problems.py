"""What is wrong with a message that somebody wants to send."""

from typing import NamedTuple


class Problem(NamedTuple):
    """One thing to mend before Meta sees it."""

    field: str
    """Where, as a path into the message: `text`, `media.caption`, `template.components.1.parameters.0`."""
    text: str
    """What is wrong and what would be right, in the reader's language."""
