"""What the tests of lists stand on: a file brought by Alice, tried, imported."""

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile

import ops.storage
from crm.contacts.importing import running
from crm.contacts.models import ContactImport, ImportRow
from ops.salon import inside
from tests.people.conftest import Make, make
from tests.world import Browser, Salons

__all__ = ["Make", "make"]


@pytest.fixture(autouse=True)
def _storage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder of this test's own, so that what is left behind shows."""
    folder = ops.storage.storage_at(tmp_path.as_uri())
    monkeypatch.setattr(ops.storage, "_at", lambda url, process: folder)
    yield tmp_path


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from django.utils import translation

    with translation.override("en"):
        yield


class List:
    """A list on Alice's pages."""

    def __init__(self, browser: Browser, salon_id: int) -> None:
        self.browser, self.salon_id = browser, salon_id
        self.path = ""

    def bring(self, content: bytes | str, name: str = "list.csv") -> str:
        """Upload it; the page that answers, whether it was taken or not."""
        body = content.encode() if isinstance(content, str) else content
        answer = self.browser.post("/contacts/imports/", {"file": SimpleUploadedFile(name, body)})
        if answer.status_code == 303:
            self.path = answer["Location"]
            return str(self.browser.get_page(self.path))
        assert answer.status_code == 422, answer.status_code
        return answer.content.decode()

    def check(self, columns: dict[int, str], **more: str) -> "ContactImport":
        """Say what the columns are and have it tried."""
        chosen = {f"column-{number}": target for number, target in columns.items()}
        answer = self.browser.post(f"{self.path}check/", {**chosen, **more})
        assert answer.status_code == 303, answer.content.decode()
        return self.work()

    def run(self) -> "ContactImport":
        """Let it be imported."""
        assert self.browser.post(f"{self.path}act/", {"do": "run"}).status_code == 303
        return self.work()

    def work(self) -> ContactImport:
        """As a worker does."""
        with inside(self.salon_id):
            running.work(self.public_id)
        return self.row

    @property
    def public_id(self) -> UUID:
        """Of the list."""
        return UUID(self.path.rstrip("/").rpartition("/")[2])

    @property
    def row(self) -> ContactImport:
        """As it stands."""
        with inside(self.salon_id):
            return ContactImport.objects.get(public_id=self.public_id)

    @property
    def refusals(self) -> dict[int, tuple[str, str]]:
        """Field and reason by row."""
        with inside(self.salon_id):
            rows = ImportRow.objects.filter(contact_import__public_id=self.public_id)
            return {row.row: (row.field, row.reason) for row in rows}

    def counts(self) -> dict[str, int]:
        """What became of the rows."""
        row = self.row
        names = ("created", "changed", "unchanged", "repeated", "refused", "partly")
        return {name: getattr(row, name) for name in names}


def body_of(answer: Any) -> bytes:
    """All of a file that is made while it is sent."""

    async def whole() -> bytes:
        return b"".join([piece async for piece in answer.streaming_content])

    return async_to_sync(whole)()


@pytest.fixture
def lists(alice: Browser, salons: Salons) -> List:
    """Alice's next list."""
    alice.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return List(alice, salons.aurora.pk)


Book = Callable[..., bytes]


@pytest.fixture
def book() -> Book:
    """An XLSX file of these rows; members can be replaced or added by name."""

    def made(rows: list[list[Any]], **members: bytes) -> bytes:
        from portal.frame.files.writers import as_xlsx

        body = b"".join(as_xlsx([rows]))
        if not members:
            return body
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            given = {name.replace("__", "/").replace("_xml", ".xml"): data for name, data in members.items()}
            for name in old.namelist():
                new.writestr(name, given.pop(name) if name in given else old.read(name))
            for name, data in given.items():
                new.writestr(name, data)
        return out.getvalue()

    return made
