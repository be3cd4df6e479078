"""Takes what is a guest's own out of a record, the same for the same, and says what became of it."""

import re
from typing import Any, Final

JSON = dict[str, Any]
NAME: Final = "Ana Souza"
PHONE: Final = "+5511990000000"
MAIL: Final = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
# Seven digits and more, however they are grouped: numbers of phones, cards and documents. Prices and dates are shorter,
# or have slashes.
DIGITS: Final = re.compile(r"\+?\d(?:[\s().-]?\d){6,}")
DATE: Final = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[T ][\d:]+)?|\d{1,2}[.-]\d{1,2}[.-]\d{4}")
LONG_TEXT: Final = 60  # a longer text of a guest's is a story of theirs


class Anonymiser:
    """One record's. `replaced` is what was found, by what stands there now."""

    def __init__(self, contact: JSON) -> None:
        self.replaced: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        # Personal answers: their words are the guest's wherever they stand.
        self._wholes: dict[str, str] = {}
        first, _, rest = str(contact.get("name") or "").partition(" ")
        self._names = [(one, new) for one, new in ((first, "Ana"), (rest, "Souza")) if len(one) > 1]
        # The whole name first, so that it is told once.
        whole = str(contact.get("name") or "").strip()
        if rest:
            self._names.insert(0, (whole, NAME))
        phone = str(contact.get("phone") or "")
        self._phone = phone.removeprefix("+")

    def contact(self, contact: JSON) -> JSON:
        """A guest of the script, in place of the one of the record."""
        for was, now in ((contact.get("name"), NAME), (contact.get("phone"), PHONE)):
            if was:
                self._as(str(was), now)
        return {
            "name": NAME if contact.get("name") else "",
            "language": str(contact.get("language") or ""),
            "tags": [str(tag) for tag in contact.get("tags") or []],
            "fields": {name: self.field(value) for name, value in (contact.get("fields") or {}).items()},
            "phone": PHONE if contact.get("phone") else "",
        }

    def field(self, value: Any) -> Any:
        """What is kept in a field is the guest's: days become another day, texts become others."""
        if isinstance(value, str) and value:
            day = re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)
            return self._as(value, "1990-01-01") if day else self._numbered(value, "field")
        return self.inside(value)

    def said(self, text: str, *, is_personal: bool) -> str:
        """What a guest wrote; an answer that says who they are, and a long story, are replaced as a whole."""
        if text in self.replaced:
            return self.replaced[text]
        cleaned = self.text(text)
        is_whole = cleaned != text and cleaned in (NAME, "Ana", PHONE)
        if (is_personal and not is_whole and not _is_short_form(cleaned)) or len(text) > LONG_TEXT:
            whole = self._numbered(text, "text")
            if is_personal and len(text.strip()) > 2:
                self._wholes[text.strip()] = whole
            return whole
        return cleaned

    def text(self, text: str) -> str:
        """A text with the guest's names, e-mails and long numbers replaced."""
        text = MAIL.sub(lambda found: self._mail(found[0]), text)
        text = DIGITS.sub(lambda found: self._digits(found[0]), text)
        for name, new in [*self._names, *self._wholes.items()]:
            found = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
            for one in set(found.findall(text)):
                self._as(one, new)
            text = found.sub(lambda _found, new=new: new, text)  # type: ignore[misc]
        return text

    def inside(self, value: Any) -> Any:
        """The same in all texts of a JSON value."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.inside(one) for one in value]
        if isinstance(value, dict):
            return {name: self.inside(one) for name, one in value.items()}
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**6:
            return int(self._digits(str(value)))
        return value

    def _mail(self, found: str) -> str:
        if found.endswith("@example.com"):
            return found
        if found not in self.replaced:
            self._counts["mail"] = self._counts.get("mail", 0) + 1
            self.replaced[found] = f"guest{self._counts['mail']}@example.com"
        return self.replaced[found]

    def _digits(self, found: str) -> str:
        if DATE.fullmatch(found):
            return found
        plain = re.sub(r"\D", "", found)
        for known, new in self.replaced.items():
            if re.sub(r"\D", "", known) == plain and plain:
                return self._as(found, new)
        if self._phone and plain and self._phone.endswith(plain[-8:]):
            return self._as(found, PHONE if found.startswith("+") or len(plain) > 11 else PHONE[3:])
        self._counts["digits"] = self._counts.get("digits", 0) + 1
        # As many digits, so that it is still taken for what it was.
        fake = iter(f"{'1190000'.ljust(len(plain) - 2, '0')[: len(plain) - 2]}{self._counts['digits'] % 100:02d}")
        return self._as(found, re.sub(r"\d", lambda _digit: next(fake), found))

    def _numbered(self, found: str, kind: str) -> str:
        if found not in self.replaced:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self.replaced[found] = f"{kind} {self._counts[kind]}"
        return self.replaced[found]

    def _as(self, found: str, new: str) -> str:
        if found != new:
            self.replaced.setdefault(found, new)
        return self.replaced.get(found, new)


def _is_short_form(text: str) -> bool:
    """Numbers, e-mails and dates were seen to already."""
    return bool(MAIL.fullmatch(text) or re.fullmatch(r"[\d\s/.,:+()-]{1,40}", text))
