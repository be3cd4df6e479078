"""Who may do what, over every page and API action (TN-004, CR-002): role x action x own, another's, another salon's.

What is expected is listed nowhere: it follows from the permission that each view names, from the table of roles, and
from the two rules of crm.inbox.rights. A view that forgets its permission, shows what is another's, or a phone to
whoever sees phones masked, fails.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from channels_wa.messages.models import Message
from crm.consent import policy
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from ops.salon import inside
from tenants.access.models import ApiKey
from tenants.access.roles import Permission, Role, may
from tenants.salons.hosts import salon_host
from tenants.salons.models import Membership
from tests.api.conftest import Seeded, seed
from tests.api.program import Program
from tests.guards.test_permissions import OPEN_ON_PURPOSE
from tests.tenants.test_canary import LEFT_OUT, ids, places
from tests.world import Browser, Salons

OURS, OTHERS, FOREIGN = "zzoursz", "zzothersz", "zzforeignz"
PHONE = "5511988881234"
# Ids of what belongs to a guest: who sees only their own guests finds no other's.
OF_GUESTS = {"contact", "conversation", "inbound", "media", "deal", "task", "note", "consent", "waitlist", "sold"}
# The phone in any spelling, and as it stands within Meta's ids.
PHONE_SHOWN = re.compile(r"98888\W{0,3}1234")
WITHIN_AN_ID = base64.b64encode(PHONE[:12].encode()).decode()
# What of another's guest no list may show. Tags, fields and the like are the salon's.
SHOWN_OF_OTHERS = re.compile(rf"\b(Ana|oi|Deal|Note|Task|Draft) {OTHERS}")
# Views that need more than rights to answer, and what.
NEED_MORE = {
    "flows.gallery.views.shared": "somebody of the platform has looked at it",
    "flows.builder.versions.move_runs": "an older version with runs",
    "tenants.alerts.views.tell_again": "something was told",
    "api.v1.availability.AvailabilityViewSet": "for what and when, in the query; it has no rows",
    "tenants.privacy.views_requests.download": "a file that was made",
    "tenants.privacy.views_requests.link": "a file that was made",
    "billing.pages.views.paying.pdf": "an invoice, in the query",
    "channels_wa.numbers.pages.connect.choose": "a number that is being connected",
    "channels_wa.numbers.pages.profile.profile": "Meta answers",
}


@dataclass(frozen=True)
class Act:
    """One thing that can be asked of one address, and the permission that it needs."""

    method: str
    path: str
    permission: Permission
    is_api: bool
    kinds: frozenset[str]
    """Of what there are ids in the path."""
    view: str

    def of(self, whose: Seeded, instead: Seeded) -> "Act":
        """The same of somebody else's things."""
        path, theirs = self.path, ids(instead)
        for name, value in ids(whose).items():
            path = path.replace(value, theirs[name])
        return Act(self.method, path, self.permission, self.is_api, self.kinds, self.view)

    def by(self, client: Client) -> "Answer":
        """Ask; whatever it changed is as before."""
        kind = "application/json" if self.is_api else "application/x-www-form-urlencoded"
        with transaction.atomic():
            answer = client.generic(self.method, self.path, b"{}" if self.is_api else b"", content_type=kind)
            body = b"".join(answer) if answer.streaming else answer.content
            transaction.set_rollback(True)
        assert answer.status_code < 500, self
        return Answer(answer.status_code, body, body.decode(errors="replace"))


class Answer(NamedTuple):
    """What came back, of a file that is made while it is sent too."""

    status_code: int
    content: bytes
    text: str


def acts(found: Seeded) -> Iterator[Act]:
    """Everything that can be asked with these ids."""
    known = ids(found)
    for address, path in places(found):
        if address.path in OPEN_ON_PURPOSE or address.route in LEFT_OUT:
            continue
        kinds = frozenset(name for name, value in known.items() if value in path)
        resource = getattr(address.view, "cls", None)
        if resource is None:
            for method in ("GET", "POST"):
                yield Act(method, path, address.view.permission, False, kinds, address.path)
        else:
            for method, action in list(address.view.actions.items()):
                if method in resource.http_method_names and method != "head":
                    yield Act(method.upper(), path, resource.permissions[action], True, kinds, address.path)


@dataclass
class Three:
    """Bob's guest, another one of the salon's, and one of another salon."""

    own: Seeded
    others: Seeded
    foreign: Seeded


@pytest.fixture
def three(salons: Salons, alice: Browser, bob: Browser) -> Three:
    """Bob's guest has no name, so that every page calls them by their phone."""
    cache.clear()
    policy.forget()
    own = seed(salons.aurora, word=OURS, phone=f"+{PHONE}")
    others = seed(salons.aurora, word=OTHERS, phone="+5511977770000")
    foreign = seed(salons.other, word=FOREIGN, phone="+5511966660000")
    with inside(salons.aurora.pk):
        Contact.objects.filter(public_id=own.contact).update(name="")
        Conversation.objects.filter(public_id=own.conversation).update(assignee=bob.member)
        message = Message.objects.filter(public_id=own.inbound)
        message.update(wamid=f"wamid.HBgN{WITHIN_AN_ID}NBUCABE=")
        talk = Conversation.objects.get(public_id=own.conversation)
        card = {"contacts": [{"name": "Rui", "phones": [f"+{PHONE}", "011 98888-1234"]}]}
        for n, (kind, payload) in enumerate(
            (("contacts", card), ("system", {"event": "user_changed_number", "phone": f"+{PHONE}"}))
        ):
            Message.objects.create(
                wamid=f"wamid.{n}", direction="in", type=kind, payload=payload, status="delivered",
                text=f"User Ana changed from {PHONE} to +55 (11) 98888-1234" if kind == "system" else "",
                contact_id=talk.contact_id, conversation_id=talk.pk, number_id=talk.number_id, at=talk.last_at,
            )  # fmt: skip
    return Three(own, others, foreign)


def as_role(person: Browser, role: str) -> Browser:
    """The person with another role."""
    Membership.objects.filter(user=person.user, salon=person.salon).update(role=role)
    return person


def rule(salons: Salons, by: Browser, **values: Any) -> None:
    with inside(salons.aurora.pk):
        policy.change(values, by=by.member)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.PROFESSIONAL, Role.RECEPTIONIST])
def test_a_role_is_refused_what_it_does_not_hold(three: Three, bob: Browser, role: Role) -> None:
    person, opened = as_role(bob, role), set()
    for act in acts(three.own):
        # One guard stands before all methods of a page.
        if may(role, act.permission) or (act.path in opened and not act.is_api):
            continue
        status = act.by(person).status_code
        # A method that the address does not have is refused before the permission is looked at.
        assert status in (403, 405), (act, status)
        if status == 403:
            opened.add(act.path)
    refused = {act.path for act in acts(three.own) if not may(role, act.permission)}
    assert refused == opened, "a permission that refuses no method guards nothing"
    assert refused


def test_strangers_and_members_of_another_salon_get_nothing(salons: Salons, three: Three, charlie: Browser) -> None:
    """Without a session, with one of another salon, and with one of this salon by nobody of its people."""
    nobody = Client(headers={"host": salon_host("aurora")})
    elsewhere = Client(headers={"host": salon_host("aurora")})
    elsewhere.cookies = charlie.cookies
    intruder = Browser(salons.aurora, "charlie@example.com")
    for act in acts(three.own):
        for client, page, api in ((nobody, 302, 401), (elsewhere, 302, 403), (intruder, 403, 403)):
            if client is not nobody and act.method != "GET":
                continue
            answer = act.by(client)
            assert answer.status_code in ({api} if act.is_api else {page, 405}), (act, answer.status_code)
            assert OURS not in answer.text


def test_a_page_of_another_site_can_ask_for_nothing(salons: Salons, three: Three) -> None:
    """What changes anything needs the token that only our own pages have."""
    owner = Browser(salons.aurora, "alice@example.com")
    owner.handler.enforce_csrf_checks = True
    for act in acts(three.own):
        if act.method != "GET":
            # A body that cannot be read is refused before the token is looked for.
            assert act.by(owner).status_code in (403, 415), act


def test_a_key_does_what_its_scopes_name(salons: Salons, three: Three) -> None:
    """A key sees all of its salon's guests, whatever the members' rules; and with scopes nothing beside them."""
    key = Program(salons.aurora, role=Role.OWNER.value)
    scoped = Program(salons.aurora, role=Role.OWNER.value)
    ApiKey.objects.filter(prefix__in=[scoped.key[:12]]).update(scopes=[Permission.INBOX_SEE.value])
    for act in acts(three.own):
        if not act.is_api:
            assert act.by(scoped).status_code in (302, 405), act
        elif act.permission != Permission.INBOX_SEE:
            assert act.by(scoped).status_code == 403, act
        if act.is_api and act.method == "GET" and act.view not in NEED_MORE:
            assert act.by(key).status_code not in (401, 403, 404), act


def test_the_owner_reaches_everything_of_the_salon_and_nothing_of_another(three: Three, alice: Browser) -> None:
    missing, crossed = [], []
    for act in acts(three.own):
        if act.method == "GET" and act.view not in NEED_MORE and act.by(alice).status_code in (401, 403, 404):
            missing.append(act)
        if act.kinds:
            answer = act.of(three.own, three.foreign).by(alice)
            if answer.status_code not in (302, 303, 404, 405) or FOREIGN in answer.text:
                crossed.append((act, answer.status_code))
    assert (missing, crossed) == ([], [])


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.VIEWER])
def test_who_is_narrowed_reaches_their_own_and_reads_no_phone(
    salons: Salons, three: Three, alice: Browser, bob: Browser, role: Role
) -> None:
    """Both rules: of another's guest nothing is found or named, and no phone is whole, wherever it stands."""
    rule(salons, alice, own_only_roles=[role.value], masked_roles=[role.value])
    person, seen = as_role(bob, role), 0
    for act in acts(three.own):
        if not may(role, act.permission):
            continue
        own = act.by(person)
        assert own.status_code not in (401, 403), act
        _shows_no_more_than_it_may(act, own)
        if act.method == "GET":
            assert own.status_code != 404 or act.view in NEED_MORE, act
            seen += bool(own.status_code == 200)
        if act.kinds & OF_GUESTS:
            answer = act.of(three.own, three.others).by(person)
            assert answer.status_code in (404, 405), (act, answer.status_code)
    assert seen > 40


def test_what_is_searched_for_shows_no_more(salons: Salons, three: Three, alice: Browser, bob: Browser) -> None:
    """Lists with every filter that they know: neither another's guest nor a digit more of a phone."""
    rule(salons, alice, own_only_roles=["receptionist"], masked_roles=["receptionist"])
    for path in ("/contacts/", "/inbox/", "/deals/people/", "/api/v1/contacts/", "/api/v1/conversations/"):
        for words in ("ana", OTHERS, "1234", "0000"):
            answer = bob.get(path, {"search": words})
            if answer.status_code == 200:
                text = answer.content.decode()
                assert not SHOWN_OF_OTHERS.search(text), (path, words)
                assert not PHONE_SHOWN.search(text), (path, words)


def test_the_walk_can_see_what_it_looks_for(three: Three, alice: Browser) -> None:
    """Whoever is not narrowed sees all of it on the same addresses."""
    found = "".join(act.by(alice).text for act in acts(three.own) if act.path in ("/contacts/", "/inbox/", "/deals/"))
    assert SHOWN_OF_OTHERS.search(found)
    assert PHONE_SHOWN.search(found)


def _shows_no_more_than_it_may(act: Act, answer: Any) -> None:
    assert not SHOWN_OF_OTHERS.search(answer.text), act
    assert not PHONE_SHOWN.search(answer.text), act
    assert WITHIN_AN_ID not in answer.text, act
    assert FOREIGN not in answer.text, act
