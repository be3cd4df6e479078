"""I22, TN-009: every form of the portal sent with what its page never offered. FUZZ_PAGES=20000 is the long form.

Whatever is typed: no error of ours, no word of the other salon's, no row of it changed.
"""

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction

from channels_wa.adapters.cloud_api.graph import GraphClient, GraphError
from channels_wa.adapters.outcome import ErrorClass
from tests.api.conftest import Seeded, approve_template, seed
from tests.api.test_canary import _rows
from tests.invariants.test_i22_canary import ids_of, paths, seen
from tests.security.forms import Form, Forms
from tests.security.hostile import INNER, NUMBERS, TEXTS
from tests.world import Browser, Salons

SENT = int(os.environ.get("FUZZ_PAGES", "120"))
SEED = int(os.environ.get("FUZZ_SEED", "3"))
FORM = "application/x-www-form-urlencoded"
PK = 727272


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
        seed(salons.aurora, word="sparrow", phone="+5511955550000", pk=PK),
        seed(salons.other, word="canary", phone="+5511966660000", pk=PK),
    )


def forms_of(alice: Browser, ours: Seeded, rng: random.Random) -> list[Form]:
    """What all pages offer, each kind once; in the short form of some pages only."""
    known = list(dict.fromkeys(path for path, _methods in paths(ours, ours, all_ids=False)))
    if SENT < 1000:
        known = rng.sample(known, 70)
    found: dict[Any, Form] = {}
    for path in known:
        answer = alice.get(path)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html") and not answer.streaming:
            for form in Forms(path).read(answer.content.decode()):
                found.setdefault(form.key, form)
    return list(found.values())


def filled_in(form: Form, theirs: dict[str, str], rng: random.Random) -> list[tuple[str, str]]:
    """The form as people send it, but for one to three of its values."""
    pairs = [(name, rng.choice(offers)) for name, offers in form.offers.items() if name != "csrfmiddlewaretoken"]
    for _ in range(rng.choice([1, 1, 2, 3])):
        luck = rng.random()
        value = rng.choice([*theirs.values(), str(PK)]) if luck < 0.4 else rng.choice(TEXTS)
        value = str(rng.choice(NUMBERS)) if luck > 0.85 else value
        if pairs and rng.random() < 0.85:
            place = rng.randrange(len(pairs))
            pairs[place] = (pairs[place][0], value)
        else:
            pairs.append((rng.choice(INNER), value))
    return pairs if rng.random() < 0.9 else pairs + pairs


def send(alice: Browser, form: Form, pairs: list[tuple[str, str]], rng: random.Random) -> Any:
    body = urlencode([(name, value.encode("utf-8", "surrogatepass")[:100_000]) for name, value in pairs])
    headers = {"HX-Request": "true"} if rng.random() < 0.6 else {}
    if form.method == "GET":
        return alice.get(f"{form.path.partition('?')[0]}?{body[:30_000]}", headers=headers)
    if rng.random() < 0.03:
        return alice.generic(
            form.method, form.path, json.dumps(dict(pairs)), content_type="application/json", headers=headers
        )
    return alice.generic(form.method, form.path, body, content_type=FORM, headers=headers)


def answers(alice: Browser, two: tuple[Seeded, Seeded], rng: random.Random) -> Iterator[tuple[str, Any]]:
    """Each form in turn; what it did is undone."""
    forms, theirs = forms_of(alice, two[0], rng), ids_of(two[1])
    assert len(forms) > (40 if SENT >= 1000 else 8)
    rng.shuffle(forms)
    for number in range(SENT):
        form = forms[number % len(forms)]
        pairs = filled_in(form, theirs, rng)
        if rng.random() < 0.1:
            form = Form(form.method, form.path.replace(two[0].contact, two[1].contact), form.offers)
        try:
            with transaction.atomic():
                yield f"{form.method} {form.path} {str(pairs)[:3000]}", send(alice, form, pairs, rng)
                raise Again
        except Again:
            pass


def test_i22_no_form_breaks_or_crosses(salons: Salons, two: tuple[Seeded, Seeded], alice: Browser) -> None:
    before, rng = _rows(salons.other), random.Random(SEED)
    counted: Counter[int] = Counter()
    for asked, answer in answers(alice, two, rng):
        said = b"".join(answer) if answer.streaming else answer.content
        assert answer.status_code < 500, asked
        assert not seen(said), asked
        counted[answer.status_code] += 1
    assert _rows(salons.other) == before
    print(f"fuzz: {SENT} forms, seed {SEED}: {dict(sorted(counted.items()))}")
