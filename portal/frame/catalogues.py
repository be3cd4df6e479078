"""Are the words complete? `python -m portal.frame.catalogues`, part of `make check`.

After a new text: `python -m portal.frame.catalogues --write` collects the msgids (with xgettext); translate what is
empty in locale/pt_BR and locale/es, then run it once more to compile. English is the msgid itself: it stays empty.
"""

import ast
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "locale"
COMPLETE = ("pt_BR", "es")
LANGUAGES = (*COMPLETE, "en")
WITH_WORDS = ("api", "billing", "channels_wa", "config", "crm", "flows", "ops", "portal", "tenants", "templates")
# As Django marks them: the argument numbers of the texts.
MARKS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
IN_TEMPLATE = re.compile(r"""\bn?(?:gettext|_)\(u?(?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""")


def problems(locale: Path = LOCALE) -> list[str]:
    """Each text that is missing, not translated or not compiled, as a sentence; empty when all is well."""
    used = set(msgids())
    found = []
    for language in LANGUAGES:
        folder = locale / language / "LC_MESSAGES"
        catalogue = _read(folder / "django.po")
        known = {_key(message.id) for message in catalogue if message.id}
        found += [f"{language}: {text!r} is not in the catalogue" for text in sorted(used - known)]
        if language in COMPLETE:
            found += [
                f"{language}: {_key(message.id)!r} is not translated"
                for message in catalogue
                if message.id and not _is_done(message)
            ]
        if not (folder / "django.mo").is_file() or (folder / "django.mo").read_bytes() != _compiled(catalogue):
            found.append(f"{language}: django.mo is not what django.po gives")
    return found


def msgids() -> Iterator[str]:
    """Every text marked for translation in our Python and our templates."""
    for top in WITH_WORDS:
        for path in sorted((ROOT / top).rglob("*.*")):
            if path.suffix == ".py":
                for _line, text, _comments, _context in extract(
                    "python", io.BytesIO(path.read_bytes()), keywords=MARKS
                ):
                    yield _key(text)
            elif path.suffix in (".html", ".txt") and top == "templates":
                # What Django makes of a template is calls between blanks, not Python that could be parsed whole.
                for call in IN_TEMPLATE.finditer(templatize(path.read_text())):
                    yield ast.literal_eval(call["text"])


def write() -> None:
    """Collect the msgids into the catalogues and compile them."""
    ignored = [f"--ignore={name}" for name in (".venv", ".state", "static", "tests", "sandbox")]
    languages = [part for language in LANGUAGES for part in ("-l", language)]
    command = [
        sys.executable,
        "manage.py",
        "makemessages",
        "--no-wrap",
        "--no-location",
        "--no-obsolete",
        *languages,
        *ignored,
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    for language in LANGUAGES:
        folder = LOCALE / language / "LC_MESSAGES"
        (folder / "django.mo").write_bytes(_compiled(_read(folder / "django.po")))


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _compiled(catalogue: Catalog) -> bytes:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    return compiled.getvalue()


def _is_done(message: object) -> bool:
    text = message.string  # type: ignore[attr-defined]
    fuzzy: bool = message.fuzzy  # type: ignore[attr-defined]
    return not fuzzy and (all(text) if isinstance(text, tuple | list) else bool(text))


def _key(text: object) -> str:
    # A plural pair is known by its first form.
    return str(text[0] if isinstance(text, tuple | list) else text)


def main() -> int:
    """Print what is wrong; 1 if anything is."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.build"
    if "--write" in sys.argv[1:]:
        write()
    found = problems()
    for problem in found:
        print(f"locale: {problem}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
