"""Keeping secrets out of what is written down: answers, errors, logs; also where one comes back in disguise."""

import base64
import html
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "•••"
# Shorter texts stand in any answer by chance.
SHORTEST = 4


class Masks:
    """Finds secrets in texts: as they are, and as they look quoted, in JSON, in hexadecimal and in base64."""

    def __init__(self, secrets: Iterable[str]) -> None:
        looks = {look for secret in secrets for look in looks_of(secret) if len(look) >= SHORTEST}
        # The longest first, so that nothing of a look is left over.
        ordered = sorted(looks, key=lambda look: (-len(look), look))
        self._pattern = re.compile("|".join(map(re.escape, ordered)), re.IGNORECASE) if ordered else None

    def text(self, text: str) -> str:
        """The text without secrets."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def json(self, value: Any) -> Any:
        """The same for JSON, keys included."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.json(item) for item in value]
        if isinstance(value, dict):
            return {self.text(name): self.json(item) for name, item in value.items()}
        if isinstance(value, int | float) and not isinstance(value, bool) and self.text(str(value)) != str(value):
            return MASK
        return value


def looks_of(secret: str) -> set[str]:
    """How a secret may come back."""
    if not secret:
        return set()
    raw = secret.encode()
    found = {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(secret).replace("/", "\\/")[1:-1],
        html.escape(secret),
        raw.hex(),
    }
    for before in range(3):
        # Inside of a longer text base64 shows the same bytes in three ways; what its neighbours change is left out.
        coded = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        core = coded[(0, 2, 3)[before] : len(coded) - (1 if (before + len(raw)) % 3 else 0)]
        if len(core) > SHORTEST:
            found |= {core, core.replace("+", "-").replace("/", "_"), quote(core, safe="")}
    return found
