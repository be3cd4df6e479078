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

from ops import clock, vault
from ops.storage import new_key, storage
from tenants.access.keys import make_key
from tenants.accounts.models import User
from tenants.audit.sealing.models import AuditChain
from tenants.audit.sealing.sealer import seal_salon
from tenants.operators.models import OperatorAct
from tenants.salons import removing
from tenants.salons.actions import NewSalon, close_salon, open_salon
from tenants.salons.models import Salon
from tests.api.conftest import seed
from tests.world import Salons


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
