"""The page on which people say what each column is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from crm.contacts import fields, tags
from crm.contacts.importing import columns, files
from crm.contacts.importing.columns import NEW, PHONE, Column
from crm.contacts.importing.csv_rows import DELIMITERS
from crm.contacts.importing.encoding import ENCODINGS
from crm.contacts.importing.options import FILL, OVERWRITE, Options
from crm.contacts.importing.people import LONGEST_PROOF
from crm.contacts.models import ContactImport
from crm.contacts.phones import COUNTRIES

DELIMITER_NAMES = {
    ",": gettext_lazy("Comma"),
    ";": gettext_lazy("Semicolon"),
    "\t": gettext_lazy("Tab"),
    "|": gettext_lazy("Bar"),
}
PREVIEW = 5


class Incomplete(Exception):
    """Something is missing before the list can be tried; the words say what."""


def reread(one: ContactImport, given: Mapping[str, str]) -> Options:
    """How the file is read, with what was chosen otherwise in the address; columns are guessed anew then."""
    options = Options.read(one.options)
    changed: dict[str, Any] = {}
    if given.get("encoding") in ENCODINGS:
        changed["encoding"] = given["encoding"]
    if given.get("delimiter") in DELIMITERS:
        changed["delimiter"] = given["delimiter"]
    if (sheet := given.get("sheet", "")).isdecimal() and len(sheet) < 5:
        changed["sheet"] = int(sheet)
    if given.get("header") in ("yes", "no"):
        changed["has_header"] = given["header"] == "yes"
    if given.get("country") in COUNTRIES:
        changed["country"] = given["country"]
    found: Options = replace(options, **changed)
    is_other = any(getattr(options, name) != value for name, value in changed.items() if name != "country")
    return replace(found, columns={}, headers=[]) if is_other else found


def columns_of(look: files.Look, options: Options) -> list[Column]:
    """The file's columns, as they were chosen or as they are guessed."""
    found = columns.guessed(
        look.rows, look.columns, has_header=options.has_header, country=options.country, fields=fields.live()
    )
    if not options.columns:
        return found
    return [one._replace(target=options.columns.get(str(one.number), "")) for one in found]


def context(one: ContactImport, look: files.Look, options: Options) -> dict[str, Any]:
    """What the page shows."""
    known = fields.live()
    body = look.rows[1 if options.has_header else 0 :]
    found = columns_of(look, options)
    return {
        "columns": found,
        "choices": columns.choices(known),
        "has_phone": any(column.target == PHONE for column in found),
        "preview": [(row.number, row.cells[: look.columns], row.problem) for row in body[:PREVIEW]],
        "sheets": list(enumerate(look.sheets)),
        "encodings": [(value, words) for value, words in ENCODINGS.items() if value != "utf-16"],
        "encoding": options.encoding,
        "delimiters": DELIMITER_NAMES.items(),
        "countries": [(code, f"{code} +{calling}") for code, (calling, _lengths) in sorted(COUNTRIES.items())],
        "options": options,
        "tags": ", ".join(options.tags),
        "longest_proof": LONGEST_PROOF,
        "is_csv": one.kind == "csv",
    }


def read(one: ContactImport, given: Mapping[str, str]) -> Options:
    """What was chosen. Raises Incomplete, and Unreadable where the file is gone."""
    options = reread(one, given)
    look, known = files.look_at(one, options), fields.live()
    found = columns_of(look, options)
    chosen = {str(column.number): given.get(f"column-{column.number}", "") for column in found}
    chosen = {number: target for number, target in chosen.items() if target and columns.is_target(target, known)}
    # A field of this name is there already, since an earlier list.
    by_name = {columns.plain(field.name): f"field.{field.key}" for field in known}
    for column in found:
        if chosen.get(str(column.number)) == NEW:
            chosen[str(column.number)] = by_name.get(columns.plain(column.header), NEW)
    options.columns, options.headers = chosen, [column.header for column in found]
    options.existing = FILL if given.get("existing") == FILL else OVERWRITE
    options.proof = " ".join(given.get("proof", "").replace("\0", "").split())[:LONGEST_PROOF]
    options.tags = tags.read(given.get("tags", ""))[: tags.MOST_ON_ONE]
    options.language, options.stumbles = get_language() or "pt-br", 0
    return options


def check(options: Options) -> None:
    """Raises Incomplete."""
    targets = list(options.columns.values())
    if PHONE not in targets and columns.ID not in targets:
        raise Incomplete(_("Say which column holds the phone number: it is what a contact is known by."))
    twice = next((one for one in targets if one not in (PHONE, NEW, columns.TAGS) and targets.count(one) > 1), "")
    if twice:
        words = _("Two columns are “%(what)s”. Keep one of them and leave the other out.")
        raise Incomplete(words % {"what": columns.label_of(twice, fields.live())})
    if targets.count(NEW) + len(fields.live()) > fields.MOST_FIELDS:
        raise Incomplete(_("At most %(most)d fields, please.") % {"most": fields.MOST_FIELDS})
