"""How an app says what personal data its tables hold: in its `privacy.py`.

    TABLES = [
        Table("note", holds=("text",), why=_("What the team writes down …"), where=OF_CONTACT),
        Nothing("tag", _("words of the salon's")),
    ]

A guard test fails on a table that no privacy.py names. From these declarations alone come the export and the erasure of
a contact, the check afterwards, and the processing record. What is no row (files, deliveries, what Valkey remembers) an
app adds with functions found by name, see registry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

# Whose data it is.
GUEST, TEAM, PLATFORM, NOBODY = "guest", "team", "platform", ""
WHOSE: Final[dict[str, Words]] = {
    GUEST: _("Guests"),
    TEAM: _("The salon's team"),
    PLATFORM: _("People with an account"),
}

# Conditions over a row `t`. c: ids of the contact and of those that had become part of it. things: public ids of all
# that was theirs. likes: patterns of their names for programs (phones, ids), never of what they are called.
OF_CONTACT: Final = "t.contact_id = ANY(%(c)s)"
OF_TALK: Final = "t.conversation_id IN (SELECT id FROM conversation WHERE contact_id = ANY(%(c)s))"
OF_MESSAGE: Final = "t.message_id IN (SELECT id FROM message WHERE contact_id = ANY(%(c)s))"
OF_RUN: Final = "t.execution_id IN (SELECT id FROM flow_execution WHERE contact_id = ANY(%(c)s))"

# In which order rows go: what is found by the names of other rows before these.
BY_NAME, LEAVES, ROWS, TALKS, LAST = 10, 20, 30, 40, 90

WITH_CONTACT: Final = _("as long as the contact")
BY_RULE: Final = _("by the salon's rule below Settings → Privacy")


@dataclass(frozen=True)
class Table:
    """A table with personal data of somebody."""

    name: str
    holds: tuple[str, ...]
    why: Words
    whose: str = GUEST
    kept: Words = WITH_CONTACT
    # Which rows are a contact's; empty: they are nobody's in particular, or of others.
    where: str = ""
    # Rows are deleted, or what is named here is overwritten (column: SQL) and the row stays, for the reason in `stays`.
    blank: Mapping[str, str] = field(default_factory=dict)
    stays: Words = ""
    # Columns that are exported, beside `holds`.
    also: tuple[str, ...] = ()
    in_export: bool = True
    # Its rows are of many people, of whom this one may be one.
    is_of_many: bool = False
    is_public: bool = False
    key: str = "id"
    order: int = ROWS
    # What a receipt calls the rows.
    label: Words = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """What an export shows of it."""
        return tuple(dict.fromkeys((*self.also, *self.holds)))


@dataclass(frozen=True)
class Nothing:
    """A table without personal data, and why that is so."""

    name: str
    why: Words


@dataclass(frozen=True)
class Place:
    """Where personal data lies that is no row, for the processing record."""

    name: str
    what: Words
    kept: Words
