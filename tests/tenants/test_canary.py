"""I22: two salons with the same primary keys and canary words; whatever is asked of one, the other never shows.

Every address of a salon's host and of the API is asked with the other salon's ids, by every method and role, in the
path, the query and the body. An address that no id is known for fails the test, so that a new one must be added.
Whoever may see nothing (a stranger, a role without the right, a key at a page) is in tests/tenants/test_matrix.py.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from crm.bookings.models import Professional, Service, ServiceCategory
from ops.salon import inside
from tenants.access.keys import make_key
from tests.api.conftest import Seeded, seed
from tests.guards import walk
from tests.world import Browser, Salons

CANARY, OURS = "zzcanaryzz", "ourword"
PUBLIC = "/book/"
JSON = "application/json"
# The others are asked by tests/invariants/test_i22_canary.py and, of the API, by tests/api/test_canary.py.
METHODS = ("get", "post")
# What is asked of a list where not all is.
FEW = ("search", "contact", "conversation", "before")
# Addresses that end the session or need none; each has tests of its own.
LEFT_OUT = {"leave/", "you/leave/", "support/leave/", "language/setlang/", "enter/"}
# What an id in the path is of, by what stands before it, where that is not its name with an s.
OF = {
    "categories": "category",
    "connect": "number",
    "connections": "number",
    "custom-fields": "field",
    "imports": "contact_import",
    "inbox": "conversation",
    "media": "media",
    "message-templates": "template",
    "messages": "inbound",
    "people": "member",
    "review": "booking",
    "sending": "inbound",
    "shared": "shared_flow",
    "time-off": "time_off",
    "times": "time_off",
    # Of what was told nothing is seeded.
    "told": "alert",
}
ID = re.compile(r"([\w-]+)/(?:<uuid:public_id>|\(\?P<id>\[\^/\]\+\))")


@pytest.fixture
def foreign(salons: Salons, db: None) -> Seeded:
    """What Aurora has; the other salon has rows of the same primary keys."""
    cache.clear()
    seed(salons.other, word=OURS, phone="+5511977770000", pk=4_242)
    return seed(salons.aurora, word=CANARY, phone="+5511988881234", pk=4_242)


def ids(found: Seeded) -> dict[str, str]:
    known = dict(vars(found))
    more: dict[str, str] = known.pop("more")
    return known | more


def paths(found: Seeded) -> Iterator[str]:
    """Every address, with the ids of these rows."""
    return (path for _address, path in places(found))


def places(found: Seeded) -> Iterator[tuple[walk.Address, str]]:
    """The same with what is behind it."""
    known = ids(found)
    for address in walk.addresses(settings.SALON_URLCONF):
        route = address.route
        if route in LEFT_OUT or r"[\s\S]" in route:
            continue
        for before in ID.findall(route):
            name = OF.get(before, before.removesuffix("s"))
            assert name in known, f"no id is known for {address.route}: add it to OF"
            route = ID.sub(f"{before}/{known[name]}", route, count=1)
        for name, value in (("uuid:execution_id", known["execution"]), ("uuid:test_id", known["test"]),
                            ("uuid:call_id", known["call"]),
                            ("uuid:reply_id", known["canned"]), ("slug:verb", "retry"), ("slug:slug", "faq"),
                            ("slug:kind", "flow"), ("slug:plan", "pro"), ("uuid:thing", known["flow"]),
                            ("uuid:share_id", known["share"]),
                            ("int:number", "1"), ("uuid:merge_id", known["merge"]),
                            ("str:token", "x" * 54)):  # fmt: skip
            route = route.replace(f"<{name}>", value)
        route = re.sub(r"/\?\$$|/\?\\Z$|\\Z$|\$$", "/", route).replace("^", "")
        assert not re.search(r"[<>()\[\]]", route), f"no id is known for {address.route}: add it here"
        yield address, f"/{route}"


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Everything a salon has, but what only says that it was asked."""
    found = {}
    for config in apps.get_app_configs():
        if config.name in settings.TENANT_APPS and config.label not in ("audit", "api"):
            for model in config.get_models():
                found[model._meta.db_table] = sorted(map(repr, model._default_manager.values_list()))
    return found  # type: ignore[return-value]


def texts(client: Client, found: Seeded, few: bool) -> Iterator[tuple[str, str, str]]:
    """What each address answers to each method, with foreign ids in query and body too; `few`: as filters and by
    methods the most telling of them."""
    query = {**ids(found), "search": CANARY, "identity": "+5511988881234", "wamid": f"wamid.{CANARY}", "after": "1",
             **dict.fromkeys(("before", "id", "salon", "show", "status", "part"), "4242")}  # fmt: skip
    # Of all filters sixteen at once, and none beside its neighbours: a page knows few of them.
    names, rounds = list(FEW if few else query), 1 if few else -(-len(query) // 16)
    together = [{name: query[name] for name in names[place::rounds]} for place in range(rounds)]
    nested = {**ids(found), "to": "+5511988881234", "type": "text", "text": "hi", "nested": {"contact": found.contact}}

    def bodies(path: str) -> list[tuple[str, str]]:
        both = [(json.dumps(nested), JSON), (urlencode(query), "application/x-www-form-urlencoded")]
        # The API reads JSON, pages read forms.
        return both if not few else both[:1] if path.startswith("/api/") else both[1:]

    for path in paths(found):
        for method in METHODS:
            call = getattr(client, method)
            if method == "get":
                # A list may take an id as a filter; what is one row takes none.
                asked = [] if any(pk in path for pk in ids(found).values()) else together
                answers = [call(path), *(call(path, some) for some in asked)]
            else:
                answers = [call(path, given, content_type=kind) for given, kind in bodies(path)]
            for answer in answers:
                assert answer.status_code < 500, (method, path, answer.status_code)
                yield method, path, b"".join(answer).decode() if answer.streaming else answer.content.decode()


def look(client: Client, salons: Salons, found: Seeded, *, few: bool = True, published: Sequence[str] = ()) -> None:
    """Ask everything; no canary may be seen, no row of Aurora may change. `published` is what a salon shows to
    everybody, on its public page alone."""
    with inside(salons.aurora.pk):
        before = rows()
    asked = 0
    for method, path, text in texts(client, found, few):
        asked += 1
        shown = text.replace(f"wamid.{CANARY}", "").replace(f'value="{CANARY}"', "")
        for word in published if path == PUBLIC else ():
            shown = shown.replace(word, "")
        assert CANARY not in re.sub(r"(?:[?&\"]|&amp;)[a-z]+=[^\"&\s]*", "", shown), (method, path)
        assert "98888-1234" not in shown, (method, path)
    assert asked > 80
    with inside(salons.aurora.pk):
        assert rows() == before


@pytest.mark.parametrize("role", ["owner", "receptionist"])
def test_i22_a_members_browser(salons: Salons, foreign: Seeded, charlie: Browser, role: str) -> None:
    from tenants.salons.models import Membership

    Membership.objects.filter(user=charlie.user).update(role=role)
    # What a role may not see it is refused whatever it asks for; whoever may see all asks for all.
    look(charlie, salons, foreign, few=role != "owner")


def test_i22_a_key_of_the_other_salon_at_auroras_own_host(salons: Salons, foreign: Seeded) -> None:
    """The public page names the services, add-ons and professionals that Aurora offers there, as to anybody; of
    guests, visits, notes and the rest nothing shows, there neither."""
    key = make_key(salons.other.pk, name="x")
    client = Client(headers={"host": "aurora.cadeira.localhost:8000", "authorization": f"Api-Key {key}"})
    with inside(salons.aurora.pk):
        rows = Service.objects.filter(is_online=True).values_list("name", "description")
        people = Professional.objects.filter(is_online=True).values_list("name", "title")
        headings = ServiceCategory.objects.values_list("name")
        # Longer ones first: one may be a part of another; a description only where it stands below its service.
        names = [one for row in (*rows, *people, *headings) for one in row if one and one != CANARY]
    look(
        client,
        salons,
        foreign,
        published=[*sorted(names, key=len, reverse=True), f'<span class="pick__text">{CANARY}<'],
    )


def test_i22_the_walk_can_see_a_canary(salons: Salons, foreign: Seeded, alice: Browser) -> None:
    """The same walk by Aurora's own owner finds it, or it would find nothing anywhere."""
    with pytest.raises(AssertionError, match=r"\('(get|post)', '/"):
        look(alice, salons, foreign, few=False)
