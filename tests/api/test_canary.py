"""I22 for the API: two salons with equal primary keys; over every route, method and role nothing crosses."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from api.urls import RESOURCES
from ops.salon import inside
from tenants.access.roles import Role
from tenants.salons.hosts import salon_host
from tenants.salons.models import Salon
from tests.api.conftest import Seeded, seed
from tests.api.program import Program, public_host
from tests.world import Salons

PK = 424242
OURS, THEIRS = "sparrow", "canary"
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS")
ROLES = [*Role.values, "nobody"]
OWN = {
    "contacts": "contact",
    "conversations": "conversation",
    "messages": "inbound",
    "flows": "flow",
    "executions": "execution",
    "connections": "number",
    "consents": "consent",
    "media": "media",
    "message-templates": "template",
    "tags": "tag",
    "custom-fields": "field",
    "segments": "segment",
    "deals": "deal",
    "pipelines": "pipeline",
    "tasks": "task",
    "teams": "team",
    "members": "member",
    "services": "service",
    "professionals": "professional",
    "availability": "service",
    "bookings": "booking",
}
ACTS = {
    "flows": ("draft", "publish", "resume", "versions", "start"),
    "executions": ("cancel",),
    "deals": ("move",),
    "conversations": ("take", "notes"),
    "messages": ("cancel",),
    "contacts": ("merge",),
    "services": ("archive", "restore"),
    "professionals": ("archive", "restore", "dated-hours"),
    "bookings": ("cancel", "history"),
}


@pytest.fixture
def two(salons: Salons, db: None) -> tuple[Seeded, Seeded]:
    """Aurora's rows and the other salon's, with the same keys."""
    phones = ("+5511911110000", "+5511922220000")
    return (
        seed(salons.aurora, word=OURS, phone=phones[0], pk=PK),
        seed(salons.other, word=THEIRS, phone=phones[1], pk=PK),
    )


def _ids(foreign: Seeded) -> dict[str, str]:
    found = dict(vars(foreign))
    more: dict[str, str] = found.pop("more")
    return found | more


def _main_ids(foreign: Seeded) -> list[str]:
    """Of the things that resources and filters are mostly about: each is asked for everywhere."""
    return [value for name, value in vars(foreign).items() if name != "more"]


def _paths(foreign: Seeded, *, all_ids: bool) -> Iterator[str]:
    for resource in RESOURCES:
        yield f"{resource}/"
        if "retrieve" not in RESOURCES[resource].permissions:
            continue
        # Every id at every resource for one role; for the others each resource's own is enough.
        ids = [*_main_ids(foreign), "1"] if all_ids else [_ids(foreign)[OWN[resource]]]
        for public_id in [*ids, str(PK)]:
            yield f"{resource}/{public_id}/"
            for act in ACTS.get(resource, ()):
                yield f"{resource}/{public_id}/{act}/"


def _queries(foreign: Seeded) -> Iterator[str]:
    every = {name for viewset in RESOURCES.values() for name in _filters(viewset)}
    values = [*_main_ids(foreign), str(PK), THEIRS, "+5511922220000", f"wamid.{THEIRS}"]
    for resource, viewset in RESOURCES.items():
        own = {*_filters(viewset), "salon", "salon_id", "id", "pk", "cursor"}
        for name in sorted(every | own):
            # A filter of other resources is none here, whatever it says: one value shows that.
            for value in values if name in own else values[:1]:
                yield f"{resource}/?{name}={value.replace('+', '%2B')}"


def _filters(viewset: Any) -> list[str]:
    filterset = getattr(viewset, "filterset_class", None)
    return list(filterset.base_filters) if filterset else []


def _bodies(foreign: Seeded) -> Iterator[tuple[str, dict[str, Any]]]:
    template = {"type": "template", "template": {"name": "a", "language": "pt_BR"}}
    for value in [*_ids(foreign).values(), PK, str(PK)]:
        for name in ("contact", "number", "reply_to", "conversation", "id", "salon"):
            yield "messages/", {"to": "+5511933330000", **template, name: value}
            yield "messages/", {name: value, "type": "text", "text": "x"}
            yield "contacts/", {"name": "x", name: value}
            yield "contacts/", {"name": "x", "identities": [{"value": "+5511944440000", name: value}]}
            yield "contacts/", {"name": "x", "identities": [{"value": value}]}
            yield "messages/", {"to": {name: value}, **template}
            yield "teams/", {"name": "x", name: value}
        yield "teams/", {"name": "x", "members": [value]}
        yield "teams/", {"name": "x", "numbers": [value]}


def _rows(salon: Salon) -> str:
    """All rows of the salon's own tables, as one text."""
    with inside(salon.pk), connection.cursor() as cursor:
        found = []
        for config in apps.get_app_configs():
            for model in config.get_models() if config.name in settings.TENANT_APPS else ():
                cursor.execute(f"SELECT coalesce(json_agg(t ORDER BY 1), '[]') FROM {model._meta.db_table} t")
                found.append((model._meta.db_table, cursor.fetchone()[0]))
    return json.dumps(found, default=str)


def _clean(answer: Any) -> None:
    said = (answer.content + json.dumps(dict(answer.headers)).encode()).lower()
    assert THEIRS.encode() not in said, (answer.request["PATH_INFO"], said)
    assert answer.status_code < 500


@pytest.mark.parametrize("host", ["salon", "public"])
@pytest.mark.parametrize("role", ROLES)
def test_i22_no_path_crosses(salons: Salons, two: tuple[Seeded, Seeded], role: str, host: str) -> None:
    _ours, theirs = two
    before = _rows(salons.other)
    client = Program(salons.aurora, role=role, host=public_host() if host == "public" else None)
    for path in _paths(theirs, all_ids=role == Role.OWNER and host == "salon"):
        for method in METHODS:
            answer = client.generic(method, f"/api/v1/{path}", b"{}", content_type="application/json")
            _clean(answer)
            if path.count("/") == 2:
                assert answer.status_code in (403, 404, 405), (method, path)
    assert _rows(salons.other) == before


def test_i22_no_query_crosses(salons: Salons, two: tuple[Seeded, Seeded]) -> None:
    client = Program(salons.aurora, role="owner")
    for path in _queries(two[1]):
        answer = client.get(f"/api/v1/{path}")
        # A text that is searched for comes back in no answer of ours but in the address of the page.
        if answer.status_code == 200:
            assert THEIRS not in json.dumps(answer.json()["results"]).lower()
        else:
            assert answer.status_code in (400, 404)


def test_i22_no_body_crosses(salons: Salons, two: tuple[Seeded, Seeded]) -> None:
    before = _rows(salons.other)
    client = Program(salons.aurora, role="owner")
    for path, body in _bodies(two[1]):
        answer = client.write(path, body)
        _clean(answer)
        assert answer.status_code in (400, 404), (path, body, answer.content)
    assert _rows(salons.other) == before


@pytest.mark.parametrize("role", [Role.OWNER.value, Role.VIEWER.value])
def test_i22_no_foreign_key_opens_anything(salons: Salons, two: tuple[Seeded, Seeded], role: str) -> None:
    before = _rows(salons.other)
    client = Program(salons.aurora, role=role, host=salon_host(salons.other.slug))
    for path in _paths(two[1], all_ids=False):
        for method in METHODS:
            answer = client.generic(method, f"/api/v1/{path}", b'{"name": "x"}', content_type="application/json")
            _clean(answer)
            assert answer.status_code == 403
    assert _rows(salons.other) == before


def test_i22_the_canary_would_be_seen(salons: Salons, two: tuple[Seeded, Seeded]) -> None:
    """The test can fail: who may see the canary sees it on every route."""
    theirs = Program(salons.other, role="owner")
    assert OWN.keys() == set(RESOURCES)
    for resource, name in (("contacts", "contact"), ("messages", "inbound"), ("flows", "flow")):
        assert THEIRS.encode() in theirs.get(f"/api/v1/{resource}/{_ids(two[1])[name]}/").content
        assert THEIRS.encode() in theirs.get(f"/api/v1/{resource}/").content
