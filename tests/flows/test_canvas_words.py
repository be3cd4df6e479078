"""The canvas' words: what the page gives in the reader's language, and what stands in for it in English."""

import re
from pathlib import Path

from django.utils.translation import override

from flows.console.canvas_words import WORDS, words
from flows.console.drawing import canvas_words

SOURCE = Path(__file__).resolve().parents[2] / "static" / "src" / "flow" / "src"
WORD = re.compile(r'^  (\w+): "(.*)",$', re.MULTILINE)


def test_the_page_gives_every_word_of_the_canvas() -> None:
    """UX-003: name by name what the canvas has in English."""
    with override("en"):
        given = words()
    assert given == dict(WORD.findall((SOURCE / "words.js").read_text()))


def test_the_canvas_has_a_word_for_all_it_says() -> None:
    """UX-003: each name its code uses is one of them."""
    code = "".join(path.read_text() for path in SOURCE.iterdir() if path.name != "words.js")
    used = set(re.findall(r'(?:\bword|\.say)\("(\w+)"', code))
    assert used <= WORDS.keys()


def test_a_page_has_looks_and_words() -> None:
    """FL-001: the canvas draws by what the page tells it."""
    given = canvas_words()
    assert given["looks"]["ask"]["icon"]
    assert given["undo"]
