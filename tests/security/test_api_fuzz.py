"""I22, API-001: the whole OpenAPI asked as salon A with B's ids and hostile values. FUZZ_API=100000 is the long form.

Whatever is asked: no error of ours, no word of B's, no row of B's changed, and a refusal says what it refuses.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from channels_wa.adapters.cloud_api.graph import GraphClient, GraphError
from channels_wa.adapters.outcome import ErrorClass
from tenants.access.roles import Role
from tests.api.conftest import Seeded, approve_template, seed
from tests.api.program import PROBLEM, Program
from tests.api.test_canary import _ids, _rows
from tests.security.asking import Asked, Asker
from tests.world import Salons

ROOT = Path(__file__).resolve().parents[2]
ASKED = int(os.environ.get("FUZZ_API", "330"))
SEED = int(os.environ.get("FUZZ_SEED", "7"))
OURS, THEIRS = "sparrow", "canary"


class Again(Exception):
    """Undoes what a request did."""


@pytest.fixture
def two(salons: Salons, db: None, monkeypatch: pytest.MonkeyPatch) -> tuple[Seeded, Seeded]:
    """Both salons' rows with equal keys; Meta is away."""

    async def away(*_: object, **__: object) -> Any:
        raise GraphError("WhatsApp could not be reached.", error_class=ErrorClass.NOT_SENT)

    monkeypatch.setattr(GraphClient, "call", away)
    approve_template(salons.aurora)
    return (
        seed(salons.aurora, word=OURS, phone="+5511955550000", pk=616161),
        seed(salons.other, word=THEIRS, phone="+5511966660000", pk=616161),
    )


def answers(client: Program, salons: Salons, asker: Asker, many: int) -> Iterator[tuple[Asked, Any]]:
    """What each request is answered; most are undone, so that the next finds the same salon."""
    for number in range(many):
        asked = asker.request(number)
        with transaction.atomic():
            try:
                with transaction.atomic():
                    answer = client.generic(
                        asked.method, asked.path, asked.body, content_type=asked.kind, headers=asked.headers
                    )
                    yield asked, answer
                    if asker.rng.random() < 0.8:
                        raise Again
            except Again:
                pass


def judge(asked: Asked, answer: Any) -> None:
    """Nothing of B, nothing broken, and problems in their form."""
    said = b"".join(answer) if answer.streaming else answer.content
    about = (asked, answer.status_code, said[:2000])
    assert answer.status_code < 500, about
    told = said + json.dumps(dict(answer.headers)).encode()
    # What was asked with comes back in the address of a page, and nowhere else.
    assert THEIRS.encode() not in told.lower().replace(b"hello_canary", b""), about
    if answer.status_code >= 400 and asked.path.startswith("/api/"):
        assert answer["Content-Type"].startswith(PROBLEM), about


def test_i22_the_whole_api_asked_by_another_salon(salons: Salons, two: tuple[Seeded, Seeded]) -> None:
    document = json.loads((ROOT / "api" / "openapi.json").read_text())
    before = _rows(salons.other)
    client = Program(salons.aurora, role=Role.OWNER)
    asker = Asker(document, _ids(two[0]), _ids(two[1]), SEED)
    seen: Counter[int] = Counter()
    for asked, answer in answers(client, salons, asker, ASKED):
        judge(asked, answer)
        seen[answer.status_code] += 1
    assert _rows(salons.other) == before
    print(f"fuzz: {ASKED} requests, seed {SEED}: {dict(sorted(seen.items()))}")
    # Refused at the door, nothing behind it would be tried.
    assert sum(many for code, many in seen.items() if code < 300) > ASKED * 0.05
