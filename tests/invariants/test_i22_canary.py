"""I22 for the portal: over every page and method, with ids of another salon of the right and of wrong kinds, nothing
crosses.

Other roles, filters and bodies: tests/tenants/test_canary.py; each role: tests/tenants/test_matrix.py; the API:
tests/api.
"""

import re
from collections.abc import Iterator, Sequence

import pytest
from django.test import Client

from tenants.salons.hosts import salon_host
from tests.api.conftest import Seeded, seed
from tests.api.test_canary import _rows
from tests.guards.walk import addresses
from tests.security import headers as headers_of
from tests.world import Browser, Salons

PK = 373737
OURS, THEIRS = "sparrow", "canary"
WRONG_KIND = ("GET", "POST")
# A part of a page has a template of its own; a form that is not sent by one is in tests/tenants/test_canary.py.
PART = {"HX-Request": "true"}
METHODS = ("GET", "POST", "DELETE")
ROLES = ("alice", "nobody")
# Whose id stands at a place: by its name, or at the first by where the route begins.
OF = {
    "execution_id": "execution",
    "test_id": "test",
    "call_id": "call",
    "reply_id": "canned",
    "merge_id": "merge",
}
FIRST = {
    "calendar/bookings": "booking",
    "calendar/times": "time_off",
    "settings/privacy/contacts": "contact",
    "settings/privacy/requests": "request",
    "flows": "flow",
    "contacts/imports": "contact_import",
    "contacts": "contact",
    "inbox": "conversation",
    "waitlist": "waitlist",
    "settings/deposits": "service",
    "packages/sold": "sold",
    "packages": "package",
    "payments": "payment",
    "services/categories": "category",
    "services": "service",
    "professionals/days": "day",
    "professionals/time-off": "time_off",
    "professionals": "professional",
    "settings/bookings/holidays": "holiday",
    "settings/bookings/review": "booking",
    "settings/resources": "resource",
    "settings/people/invitations": "invitation",
    "settings/people": "member",
    "settings/roles": "role",
}
PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")
# The API's own are walked by tests/api; the language switch is Django's; who leaves sees nothing afterwards.
ELSEWHERE = ("api/", "language/", "leave/", "you/leave/")


def routes() -> list[str]:
    """Every address of a salon's host."""
    found = [address.route for address in addresses("config.urls_salon")]
    return [route for route in found if not route.startswith(ELSEWHERE)]


def ids_of(seeded: Seeded) -> dict[str, str]:
    """Public ids by what they are of."""
    found = dict(vars(seeded))
    more: dict[str, str] = found.pop("more")
    return found | more


def other_kinds(seeded: Seeded) -> list[str]:
    """Ids that are of the wrong kind almost everywhere: some, as each is asked for at each place."""
    found = ids_of(seeded)
    return [found[kind] for kind in ("contact", "flow", "deal")]


def paths(theirs: Seeded, ours: Seeded, *, all_ids: bool) -> Iterator[tuple[str, Sequence[str]]]:
    """Each route with the other salon's ids, and by which methods: all, where an id is of the right kind.

    At every place, and at one place beside our own at the others; for one role also ids of every other kind.
    """
    foreign, own = ids_of(theirs), ids_of(ours)
    for route in routes():
        names = [name for _converter, name in PLACE.findall(route)]
        kinds = [OF.get(name) or _first(route) for name in names]
        right = [foreign.get(kind, "1") for kind in kinds]
        mine = [own.get(kind, "1") for kind in kinds]
        yield filled(route, right), METHODS
        for place in range(len(names) if len(names) > 1 else 0):
            yield filled(route, [*mine[:place], right[place], *mine[place + 1 :]]), METHODS
        if names and (all_ids or "" in kinds):
            for one in other_kinds(theirs):
                yield filled(route, [one] * len(names)), WRONG_KIND


def _first(route: str) -> str:
    return next((kind for begins, kind in FIRST.items() if route.startswith(f"{begins}/")), "")


def filled(route: str, ids: Sequence[str]) -> str:
    """The address with these ids at its places."""
    left = iter(ids)
    return "/" + PLACE.sub(lambda _match: next(left), route)


@pytest.fixture
def two(salons: Salons, db: None) -> tuple[Seeded, Seeded]:
    """Both salons' rows with equal primary keys."""
    return (
        seed(salons.aurora, word=OURS, phone="+5511955550000", pk=PK),
        seed(salons.other, word=THEIRS, phone="+5511966660000", pk=PK),
    )


def seen(said: bytes) -> bool:
    """Whether the other salon shows; the islands of that name, among the time zones, are nobody's."""
    return THEIRS.encode() in re.sub(rb"atlantic/canary|canary \(utc", b"", said.lower())


def visitor(salons: Salons, role: str) -> Client:
    if role == "nobody":
        return Client(headers={"host": salon_host(salons.aurora.slug)})
    return Browser(salons.aurora, f"{role}@example.com")


@pytest.mark.parametrize("role", ROLES)
def test_i22_no_page_shows_or_changes_another_salon(salons: Salons, two: tuple[Seeded, Seeded], role: str) -> None:
    ours, theirs = two
    before = _rows(salons.other)
    client = visitor(salons, role)
    for path, methods in paths(theirs, ours, all_ids=role == "alice"):
        for method in methods:
            for headers in ({}, PART) if method == "GET" and methods is METHODS else (PART,):
                answer = client.generic(
                    method, path, b"text=x", content_type="application/x-www-form-urlencoded", headers=headers
                )
                said = b"".join(answer) if answer.streaming else answer.content
                assert not seen(said), (method, path)
                assert answer.status_code < 500, (method, path)
                headers_of.check(answer, path)
                if method == "GET" and PLACE.sub("", path) != path:
                    assert answer.status_code in (302, 403, 404), (method, path)
    assert _rows(salons.other) == before


def test_i22_the_canary_can_be_seen_by_its_own(salons: Salons, two: tuple[Seeded, Seeded]) -> None:
    charlie = Browser(salons.other, "charlie@example.com")
    assert THEIRS in charlie.get_page("/contacts/")
    assert THEIRS in charlie.get_page(f"/inbox/{two[1].conversation}/")
