"""A ledger and a vault of each test's own, and guests with everything."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from channels_wa.messages.models import Message
from config.env import env
from crm.bookings.models import Booking
from crm.contacts.models import Contact, ImportRow
from flows.models import FlowExecution
from ops import vault
from ops.events.actions import emit
from ops.ledger import opening
from ops.salon import inside
from ops.storage import _at
from tenants.audit import actions as audit
from tests.api.conftest import Seeded, seed
from tests.inbound import talks
from tests.world import Salons

CANARY, OTHER = "zzcanaryzz", "zzotherzz"
PHONE, OTHERS_PHONE = "+5511988881234", "+5511977770000"


@pytest.fixture(autouse=True)
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the ledger lies."""
    monkeypatch.setattr(env, "erasure_ledger_url", (tmp_path / "outside").as_uri())
    _at.cache_clear()
    vault.forget()
    monkeypatch.setattr(opening, "_asked_at", 0.0)
    yield tmp_path / "outside"
    vault.forget()
    opening._asked_at, opening._behind, opening._is_known = 0.0, 0, True


@dataclass
class Guests:
    """The one who is erased, another one of the same salon, and one of another."""

    salons: Salons
    one: Seeded
    other: Seeded
    foreign: Seeded

    @property
    def public_id(self) -> UUID:
        """Of the one."""
        return UUID(self.one.contact)


@pytest.fixture
def guests(salons: Salons, db: None, monkeypatch: pytest.MonkeyPatch) -> Guests:
    """Three guests with everything there is."""
    talks.read_routes_anew(monkeypatch)
    one = seed(salons.aurora, word=CANARY, phone=PHONE)
    other = seed(salons.aurora, word=OTHER, phone=OTHERS_PHONE)
    foreign = seed(salons.other, word=OTHER, phone=PHONE)
    talks.hear(f"escrevi {CANARY}", sender=PHONE.removeprefix("+"), name=f"Ana {CANARY}")
    talks.hear(f"eu também {OTHER}", sender=OTHERS_PHONE.removeprefix("+"), wamid="wamid.others")
    with inside(salons.aurora.pk):
        _more(one, CANARY, PHONE)
        _more(other, OTHER, OTHERS_PHONE)
    return Guests(salons, one, other, foreign)


def _more(found: Seeded, word: str, phone: str) -> None:
    contact = Contact.objects.get(public_id=found.contact)
    audit.record("contact.changed", subject=contact.public_id, before={"name": word}, after={"name": f"Ana {word}"})
    emit("contact.changed", subject=contact.public_id, payload={"name": word})
    run = FlowExecution.objects.get(public_id=found.execution)
    run.state = {"variables": {"answer": word, "phone": phone}}
    run.status, run.listens = "waiting", False
    run.save()
    Booking.objects.filter(contact=contact).update(guest_name=f"Ana {word}", details={"from": phone})
    listed = contact_import(found)
    ImportRow.objects.create(contact_import_id=listed, row=1, reason="bad", cells=[phone, word])
    talk = Message.objects.filter(contact_id=contact.pk)[0].conversation_id
    Message.objects.create(
        direction="out", type="text", text=f"Oi {word}", status="queued", contact_id=contact.pk,
        conversation_id=talk, number_id=1, at=contact.created_at,
        recipient_kind="phone", recipient=phone,
    )  # fmt: skip


def contact_import(found: Seeded) -> int:
    """The list that was seeded with a guest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM contact_import WHERE public_id = %s", [found.more["contact_import"]])
        return int(cursor.fetchone()[0])


def everything(salon_id: int, *, schema: str = "") -> dict[str, list[str]]:
    """Each row of each table of a schema as a text, by table."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        name = schema or f"salon_{salon_id}"
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = %s AND c.relkind = 'r'",
            [name],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM {name}."{table}" t')
            found[table] = sorted(text for (text,) in cursor.fetchall())
    return found


def where(rows: dict[str, list[str]], *words: str) -> dict[str, list[str]]:
    """Rows that hold one of the words."""
    held = {table: [row for row in texts if any(word in row for word in words)] for table, texts in rows.items()}
    return {table: texts for table, texts in held.items() if texts}


def as_json(data: bytes) -> Any:
    """What stands in a file."""
    return json.loads(data)
