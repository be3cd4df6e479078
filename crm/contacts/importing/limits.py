"""How much a file may hold, and what is said to whoever brings more."""

MB = 1024 * 1024
MOST_BYTES = {"csv": 100 * MB, "xlsx": 50 * MB}
MOST_ROWS = 500_000
MOST_COLUMNS = 200
# More rows of nothing in a row than this are the end of what people wrote.
MOST_BLANK = 10_000
LONGEST_CELL = 10_000
# Of one record of a CSV file, with all its lines.
LONGEST_RECORD = 256 * 1024
MOST_LINES_OF_A_RECORD = 200
# Of an XLSX file, unpacked: one sheet, and all texts that its cells share.
LARGEST_SHEET = 512 * MB
LARGEST_TEXTS = 128 * MB
# Packed thinner than this, and larger than that, is a bomb and no list. Real sheets stay below fifty.
HIGHEST_RATIO = 300
SMALL = 5 * MB
MOST_MEMBERS = 5_000


class Unreadable(Exception):
    """The file as a whole cannot be read; the words say what is wrong and what would be right."""
