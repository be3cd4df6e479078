"""Everything of a salon as one file: a CSV for each table, the files of messages, and a list of what is inside.

Secrets stay here: columns of bytes (sealed values, keys, hashes) and those that are called hash, token or secret are
left out, but for the audit log, whose hashes prove it.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.db import connection, transaction

from channels_wa.media import storing
from channels_wa.media.models import Media
from ops import clock
from ops.salon import inside
from ops.sealing import CannotOpen
from ops.storage import Missing
from tenants.audit import actions as audit
from tenants.salons.models import Salon

AUDIT = "audit_entry"
LEFT_OUT = ("hash", "token", "secret", "sealed", "password")
_COLUMNS = """
    SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name IN (
        SELECT table_name FROM information_schema.tables
        WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name <> 'django_migrations')
    ORDER BY table_name, ordinal_position
"""


def export(salon: Salon, to: Path) -> dict[str, Any]:
    """Write the file; the list of what is inside. Everything is as of one moment."""
    listed: dict[str, Any] = {"salon": salon.slug, "name": salon.name, "at": clock.now().isoformat(), "files": {}}
    is_outermost = not connection.in_atomic_block
    with inside(salon.pk):
        audit.record("salon.exported", subject=salon.public_id)
        with zipfile.ZipFile(to, "x", zipfile.ZIP_DEFLATED, compresslevel=4) as archive, transaction.atomic():
            to.chmod(0o600)
            if is_outermost:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            for table, columns in _tables().items():
                listed["files"][f"tables/{table}.csv"] = _table(archive, table, columns)
            for name, told in _media(archive):
                listed["files"][name] = told
            archive.writestr("manifest.json", json.dumps(listed, indent=1, ensure_ascii=False))
    return listed


def _tables() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        for table, column, kind in cursor.fetchall():
            is_secret = kind == "bytea" or any(word in column for word in LEFT_OUT)
            if table == AUDIT or not is_secret:
                found.setdefault(table, []).append(column)
    return found


def _table(archive: zipfile.ZipFile, table: str, columns: list[str]) -> dict[str, Any]:
    names = ", ".join(f'"{name}"' for name in columns)
    with archive.open(f"tables/{table}.csv", "w", force_zip64=True) as file, connection.cursor() as cursor:
        out = _Hashed(file)
        with cursor.cursor.copy(f'COPY (SELECT {names} FROM "{table}") TO STDOUT WITH (FORMAT csv, HEADER)') as rows:
            for piece in rows:
                out.write(bytes(piece))
    return out.told()


def _media(archive: zipfile.ZipFile) -> Iterator[tuple[str, dict[str, Any]]]:
    for media in Media.objects.filter(state="ready").exclude(storage_key="").order_by("pk").iterator(200):
        name = f"media/{media.public_id}"
        try:
            with archive.open(name, "w", force_zip64=True) as file:
                out = _Hashed(file)
                for piece in storing.reading(media):
                    out.write(piece)
        except (CannotOpen, Missing) as error:
            yield name, {"missing": type(error).__name__}
            continue
        yield name, {**out.told(), "type": media.mime_type, "name": media.name}


class _Hashed:
    """Counts and hashes what it passes on."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.sha256, self.size = file, hashlib.sha256(), 0

    def write(self, piece: bytes) -> None:
        """Pass on."""
        self.file.write(piece)
        self.sha256.update(piece)
        self.size += len(piece)

    def told(self) -> dict[str, Any]:
        """For the list."""
        return {"bytes": self.size, "sha256": self.sha256.hexdigest()}
