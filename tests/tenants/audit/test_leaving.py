"""TN-002: a salon leaves: everything of it as one file, and a closed one removed for good."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.env import env
from ops import clock, vault
from ops.ids import uuid7
from ops.ledger import entries
from ops.storage import _at, new_key, storage
from tenants.access.keys import make_key
from tenants.accounts.models import User
from tenants.audit.sealing.models import AuditChain
from tenants.audit.sealing.sealer import seal_salon
from tenants.operators.models import OperatorAct
from tenants.salons import removing
from tenants.salons.actions import NewSalon, close_salon, open_salon
from tenants.salons.models import Salon
from tenants.salons.removing import remove_next
from tests.api.conftest import seed
from tests.world import Salons


@pytest.fixture(autouse=True)
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger and a vault of the test's own."""
    monkeypatch.setattr(env, "erasure_ledger_url", (tmp_path / "outside").as_uri())
    _at.cache_clear()
    vault.forget()


@pytest.fixture
def leaving(salons: Salons, db: None) -> Salon:
    """A salon of Charlie's that nobody will miss, with a key, a chain and a file."""
    salon = open_salon(NewSalon("Leaving", "leaving"), owner=User.objects.get(email="charlie@example.com"))
    make_key(salon.pk, name="till")
    seal_salon(salon.pk)
    with storage().writing(new_key(salon.pk)) as writer:
        writer.write(b"bytes")
    vault.share(salon.pk, 1, to_seal=True)
    return salon


def run(*args: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("delete_salon", *args, stdout=out, **options)
    return out.getvalue()


def test_a_dry_run_says_what_would_go(leaving: Salon) -> None:
    close_salon(leaving)
    said = run("leaving", days=0)
    assert f"{removing.plan(leaving).files} files" in said
    assert removing.plan(leaving).files >= 1
    assert "api_key 1" in said
    assert Salon.objects.filter(pk=leaving.pk).exists()


@pytest.mark.parametrize("is_closed", [False, True])
def test_what_lives_or_was_closed_lately_stays(leaving: Salon, is_closed: bool) -> None:
    if is_closed:
        close_salon(leaving)
    with pytest.raises(CommandError):
        run("leaving", yes=True)
    assert Salon.objects.filter(pk=leaving.pk).exists()


def test_a_closed_salon_is_removed_with_all_that_belongs_to_it(
    leaving: Salon, salons: Salons, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_salon(leaving)
    late = clock.now() + removing.KEPT + timedelta(seconds=1)
    monkeypatch.setattr("ops.clock.now", lambda: late)
    before = removing.plan(salons.aurora).rows
    assert "removed" in run(due=True, yes=True)
    assert removing.plan(salons.aurora).rows == before
    assert not Salon.objects.filter(pk=leaving.pk).exists()
    assert not list(storage().listed(f"{leaving.pk}/"))
    with pytest.raises(vault.ShareGone):
        vault.share(leaving.pk, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [leaving.schema])
        assert cursor.fetchone() == (0,)
        for table, column in removing._tables():
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}" = %s', [leaving.pk])
            assert cursor.fetchone() == (0,), table
    assert OperatorAct.objects.get(action="salon.deleted").details["slug"] == "leaving"
    assert not AuditChain.objects.filter(salon_id=leaving.pk).exists()


def test_it_is_removed_by_itself_when_its_time_is_over(leaving: Salon, monkeypatch: pytest.MonkeyPatch) -> None:
    """TN-002: one with each ring; one that cannot be removed is told of, and stays for the next."""
    assert remove_next() == 0
    close_salon(leaving)
    assert remove_next() == 0, "its people may think again"
    late = clock.now() + removing.KEPT + timedelta(seconds=1)
    monkeypatch.setattr("ops.clock.now", lambda: late)
    with monkeypatch.context() as patch:
        patch.setattr(vault, "destroy_salon", lambda _: 1 / 0)
        assert remove_next() == 0
    assert remove_next() == 1
    assert not Salon.objects.filter(pk=leaving.pk).exists()
    assert remove_next() == 0


def test_who_comes_second_removes_nothing(leaving: Salon) -> None:
    close_salon(leaving)
    leaving.refresh_from_db()
    found = removing.plan(leaving)
    for _ in range(2):
        removing.remove(found, timedelta(0))
    assert OperatorAct.objects.filter(action="salon.deleted").count() == 1


def test_a_salon_that_is_gone_does_not_look_like_a_restore(leaving: Salon) -> None:
    """CO-001: the newest number of the ledger was one of its guests'."""
    guest = uuid7()
    entries.write(entries.reserve(leaving.pk, guest), contacts=[guest], identities=[])
    close_salon(leaving)
    leaving.refresh_from_db()
    removing.remove(removing.plan(leaving), timedelta(0))
    assert entries.missing() == []


def test_everything_of_a_salon_is_one_file_without_secrets(salons: Salons, db: None, tmp_path: Path) -> None:
    seed(salons.aurora, word="zzourz", phone="+5511988881234")
    call_command("export_salon", "aurora", to=tmp_path / "aurora.zip", stdout=io.StringIO())
    with zipfile.ZipFile(tmp_path / "aurora.zip") as archive:
        listed = json.loads(archive.read("manifest.json"))
        assert set(archive.namelist()) == {*listed["files"], "manifest.json"}
        rows = list(csv.DictReader(io.StringIO(archive.read("tables/contact.csv").decode())))
        assert "Ana zzourz" in {row["name"] for row in rows}
        heads = {name: archive.read(name).split(b"\n")[0].decode() for name in archive.namelist() if "tables/" in name}
        secret = {name: head for name, head in heads.items() if "sealed" in head or "token" in head}
        assert secret.keys() <= {"tables/audit_entry.csv"}
        assert sum(name.startswith("media/") for name in archive.namelist()) == 1
    with pytest.raises(CommandError):
        call_command("export_salon", "aurora", to=tmp_path / "aurora.zip", stdout=io.StringIO())
