"""I22 for the API: two salons with equal primary keys; over every route, method and role nothing crosses."""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

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
# Those that look for the row; an id of a wrong kind is asked for by these alone.
BY_ID = ("GET", "PATCH", "DELETE")
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
    "waitlist": "waitlist",
    "usage": "contact",
    "audit": "contact",
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
    "waitlist": ("leave",),
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


def _paths(foreign: Seeded, *, with_keys: bool = True) -> Iterator[str]:
    """Each resource, and each of its acts, with an id of its own kind and with a key."""
    for resource in RESOURCES:
        yield f"{resource}/"
        if "retrieve" not in RESOURCES[resource].permissions:
            continue
        for public_id in (_ids(foreign)[OWN[resource]], *([str(PK)] if with_keys else [])):
            yield f"{resource}/{public_id}/"
            for act in ACTS.get(resource, ()):
                yield f"{resource}/{public_id}/{act}/"


def _wrong_kinds(foreign: Seeded) -> Iterator[str]:
    """Each resource with the ids of all others."""
    for resource, viewset in RESOURCES.items():
        if "retrieve" in viewset.permissions:
            for public_id in [*_main_ids(foreign), "1"]:
                yield f"{resource}/{public_id}/"


def _queries(foreign: Seeded) -> Iterator[str]:
    every = {name for viewset in RESOURCES.values() for name in _filters(viewset)}
    values = [foreign.contact, str(PK), THEIRS, "+5511922220000", f"wamid.{THEIRS}"]
    for resource, viewset in RESOURCES.items():
        own = set(_filters(viewset))
        for name in sorted(own):
            kind = OWN.get(f"{name}s", "contact")
            for value in dict.fromkeys([_ids(foreign)[kind], *values]):
                yield f"{resource}/?{urlencode({name: value})}"
        # Names that no list knows, and the filters of other resources, are none here, whatever they say.
        for name in ("salon", "salon_id", "id", "pk", "cursor"):
            yield f"{resource}/?{urlencode({name: foreign.contact})}"
        yield f"{resource}/?{urlencode(dict.fromkeys(sorted(every - own), foreign.contact))}"


def _filters(viewset: Any) -> list[str]:
    filterset = getattr(viewset, "filterset_class", None)
    return list(filterset.base_filters) if filterset else []


def _bodies(foreign: Seeded) -> Iterator[tuple[str, dict[str, Any]]]:
    template = {"type": "template", "template": {"name": "a", "language": "pt_BR"}}
    for value in [*_main_ids(foreign), PK, str(PK)]:
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


def _ask(client: Program, path: str, methods: Sequence[str]) -> None:
    for method in methods:
        answer = client.generic(method, f"/api/v1/{path}", b"{}", content_type="application/json")
        _clean(answer)
        if path.count("/") == 2:
            assert answer.status_code in (403, 404, 405), (method, path)


@pytest.mark.parametrize("host", ["salon", "public"])
def test_i22_no_path_crosses(salons: Salons, two: tuple[Seeded, Seeded], host: str) -> None:
    _ours, theirs = two
    before = _rows(salons.other)
    client = Program(salons.aurora, role="owner", host=public_host() if host == "public" else None)
    for path in _paths(theirs):
        _ask(client, path, METHODS)
    assert _rows(salons.other) == before


def test_i22_no_role_sees_more_than_the_owner(salons: Salons, two: tuple[Seeded, Seeded]) -> None:
    """Every role looks at every path; of the other methods each is asked by one role after another."""
    before = _rows(salons.other)
    clients = [Program(salons.aurora, role=role) for role in ROLES if role != "owner"]
    for n, path in enumerate(_paths(two[1], with_keys=False)):
        for client in clients:
            _ask(client, path, ("GET",))
        for m, method in enumerate(("POST", "PATCH", "DELETE")):
            _ask(clients[(n + m) % len(clients)], path, (method,))
    _ask(Program(salons.aurora, role="nobody", host=public_host()), "contacts/", METHODS)
    assert _rows(salons.other) == before


def test_i22_no_id_of_a_wrong_kind_crosses(salons: Salons, two: tuple[Seeded, Seeded]) -> None:
    before = _rows(salons.other)
    client = Program(salons.aurora, role="owner")
    for path in _wrong_kinds(two[1]):
        _ask(client, path, BY_ID)
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


def test_i22_no_foreign_key_opens_anything(salons: Salons, two: tuple[Seeded, Seeded]) -> None:
    before = _rows(salons.other)
    client = Program(salons.aurora, role="owner", host=salon_host(salons.other.slug))
    for path in _paths(two[1]):
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
