"""What one guest message may cause. Each is met by a test."""

import json
from typing import Any, Final

MAX_NODES_PER_INPUT: Final = 100  # more than this on one input is a loop in the drawing
MAX_OUTPUT_CHARS: Final = 65_536  # of all messages that one input causes
MAX_VARIABLES: Final = 200
MAX_VALUE_BYTES: Final = 16_384  # of one variable as JSON

# Calls to programs and to other flows. In a row: with neither the guest nor time in between, as in a loop over the
# pages of an answer. In all: of one execution and of those that run inside of it.
MAX_REQUESTS_IN_A_ROW: Final = 100
MAX_REQUESTS: Final = 1_000

MAX_SENT_CHARS: Final = 262_144  # of one call to another server, with its address and headers
MAX_NOTE_CHARS: Final = 1_000  # what a node tells the team

# The same text this often in so short a time is two machines talking to each other.
SAME_TEXT_TIMES: Final = 5
SAME_TEXT_WITHIN_S: Final = 600
SENT_KEPT: Final = 20


def is_large(value: Any) -> bool:
    """Whether a value takes more room than a variable has; short texts and numbers are not measured."""
    if value is None or isinstance(value, int | float) or (isinstance(value, str) and len(value) * 6 < MAX_VALUE_BYTES):
        return False
    return len(json.dumps(value)) > MAX_VALUE_BYTES
