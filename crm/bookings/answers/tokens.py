"""A message as words: without accents and case, with the signs that part sentences, with what emoji say."""

import re
import unicodedata
from typing import Final

LONGEST: Final = 240
STOP, ASKS, STRANGE, YES = ",", "?", "¤", "yesemoji"
_YES: Final = frozenset("👍👌✅☑✔🆗🤝👊")
# They add nothing to what is said; any other sign might turn it round.
_KIND: Final = frozenset(
    "🙏❤🧡💛💚💙💜🤍🖤🤎💕💖💗💓💞💘😊🙂😘🥰😍☺😉😁😄😃😀🤗🌸🌹🌷💐✨💅💇🎉🥳🙌👏😢😭😔😞🥺☹🙁💋😚🫶🌺💆"
)
# Colours, joiners and shapes of the sign before.
_SHAPES: Final = re.compile("[\ufe0e\ufe0f\u200d\u2640\u2642\u200b\u2060\U0001f3fb-\U0001f3ff]")
_FACES: Final = re.compile(r"(?:[:;]-?[)(dp*]|<3|\^_*\^|x[oa]xo)(?=\s|$)")
_LAUGHS: Final = re.compile(r"k{2,}|(?:rs){1,}s?|(?:ha){2,}h?|(?:ja){2,}j?|(?:he){2,}|(?:je){2,}|l+o+l+|lmao|aff+")
_PARTS: Final = re.compile(
    r"(?P<number>\d+(?:[:/.\-]\d+){0,2}(?:[a-z]+\d{0,2})?)|(?P<word>[a-z]+)|(?P<asks>\?+)"
    r"|(?P<stop>[,.;!\n…]+|\s[-–—]+\s)|(?P<nothing>[\s*_~¿¡\-–—]+)|(?P<sign>.)",
    re.DOTALL,
)
_RUNS: Final = re.compile(r"([a-z])\1{2,}")


def tokens(text: str) -> list[str]:
    """The words, signs that part sentences as `,`, questions as `?`, and `¤` for what nobody can tell."""
    found: list[str] = []
    for part in _PARTS.finditer(_plain(text)):
        kind, said = str(part.lastgroup), part.group()
        if kind == "word":
            found.append(STRANGE if _LAUGHS.fullmatch(said) else _RUNS.sub(r"\1", said))
        elif kind == "number":
            found.append(said)
        elif kind == "asks":
            found.append(ASKS)
        elif kind == "stop":
            found.append(STOP)
        elif kind == "sign" and said not in _KIND:
            found.append(YES if said in _YES else STRANGE)
    return found


def _plain(text: str) -> str:
    lower = unicodedata.normalize("NFC", text).casefold()
    # "é" asks or tells what is; "e" adds. Without accents nobody could tell them apart.
    lower = re.sub(r"\bé\b", "eh", lower)
    # "cancelé" is over, "cancele" is asked for.
    lower = re.sub(r"\b(cancel|confirm|anul|reagend|desmarqu|remarqu)é\b", r"\1eh", lower)
    lower = re.sub(r"\b([ap])\. ?m\.?(?=\W|$)", r"\1m", lower)
    lower = _FACES.sub(" ", re.sub(r"['’`´]", "", lower))
    bare = "".join(one for one in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(one))
    return _SHAPES.sub("", bare)
