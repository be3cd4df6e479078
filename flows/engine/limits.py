"""What one guest message may cause. Each is met by a test."""

from typing import Final

MAX_NODES_PER_INPUT: Final = 100  # more than this on one input is a loop in the drawing
MAX_OUTPUT_CHARS: Final = 65_536  # of all messages that one input causes
MAX_VARIABLES: Final = 200
MAX_VALUE_BYTES: Final = 16_384  # of one variable as JSON

# The same text this often in so short a time is two machines talking to each other.
SAME_TEXT_TIMES: Final = 5
SAME_TEXT_WITHIN_S: Final = 600
SENT_KEPT: Final = 20
