"""Who sees what: roles that see only their own conversations, roles that see phones masked (TN-004, CR-002)."""

import re
from dataclasses import replace
from typing import Any

import pytest

from channels_wa.media.models import Media
from crm.contacts.models import Note
from crm.contacts.names import mask
from crm.inbox.models import Conversation, Team
from crm.inbox.rights import may_be_narrowed
from ops import clock
from ops.salon import inside
from tenants.access.roles import Role
from tenants.alerts.models import Alert
from tests.inbox.conftest import Guest, NewTalk, Rule, change_talk, fresh
from tests.world import Browser

WHOLE, MASKED = "98888-1234", "+55 11 •••••-1234"
Own = dict[str, Any]
OWN: Own = {"own_only_roles": ["receptionist", "viewer"]}
PAGES = ["/inbox/{talk}/", "/contacts/{contact}/", "/contacts/{contact}/consent/", "/inbox/{talk}/flow/"]
LISTS = ["/inbox/", "/contacts/", "/"]
ACTS = ["/inbox/{talk}/read/", "/inbox/{talk}/send/", "/inbox/{talk}/close/", "/inbox/{talk}/bot/?on=0"]
API = ["conversations/{talk}/", "contacts/{contact}/"]
API_LISTS = ["conversations/", "contacts/", "messages/", "consents/"]


def at(path: str, guest: Guest) -> str:
    return path.format(talk=guest.conversation.public_id, contact=guest.contact.public_id)


def sees(person: Browser, guest: Guest) -> dict[str, bool]:
    """Each door, and whether the guest's conversation is behind it."""
    pages = {path: person.get(at(path, guest)).status_code == 200 for path in PAGES[:3]}
    lists = {path: "Beatriz" in person.get_page(path) for path in LISTS}
    api = {path: person.get(f"/api/v1/{at(path, guest)}").status_code == 200 for path in API}
    rows = {path: bool(person.get(f"/api/v1/{path}").json()["results"]) for path in API_LISTS[:3]}
    return pages | lists | api | rows


def give(guest: Guest, person: Browser) -> None:
    change_talk(guest.conversation, assignee=person.member)


@pytest.mark.parametrize("name", ["alice", "bob", "vera"])
def test_without_rules_everybody_sees_everything(request: pytest.FixtureRequest, guest: Guest, name: str) -> None:
    assert set(sees(request.getfixturevalue(name), guest).values()) == {True}


@pytest.mark.parametrize("name", ["bob", "vera"])
def test_a_narrowed_role_sees_nothing_of_what_nobody_has(
    request: pytest.FixtureRequest, rule: Rule, guest: Guest, name: str
) -> None:
    rule(**OWN)
    assert set(sees(request.getfixturevalue(name), guest).values()) == {False}


def test_nor_what_somebody_else_has(rule: Rule, guest: Guest, alice: Browser, bob: Browser) -> None:
    rule(**OWN)
    give(guest, alice)
    assert set(sees(bob, guest).values()) == {False}


@pytest.mark.parametrize("name", ["bob", "vera"])
def test_but_what_is_theirs(request: pytest.FixtureRequest, rule: Rule, guest: Guest, name: str) -> None:
    rule(**OWN)
    person = request.getfixturevalue(name)
    give(guest, person)
    assert set(sees(person, guest).values()) == {True}


def test_and_what_is_their_teams(rule: Rule, guest: Guest, bob: Browser, vera: Browser) -> None:
    rule(**OWN)
    with inside(guest.salon_id):
        team = Team.objects.create(name="Front desk", members=[bob.member.pk])
    change_talk(guest.conversation, team=team)
    assert set(sees(bob, guest).values()) == {True}
    assert set(sees(vera, guest).values()) == {False}


def test_the_owner_is_never_narrowed(rule: Rule, guest: Guest, alice: Browser) -> None:
    """TN-004: whoever sets the rules is bound by none, whatever the row says."""
    rule(own_only_roles=["owner", "manager"], masked_roles=["owner"])
    assert set(sees(alice, guest).values()) == {True}
    assert WHOLE in alice.get_page(at("/contacts/{contact}/", guest))
    assert Role.OWNER not in {one.role for one in may_be_narrowed()}


@pytest.mark.parametrize("path", ACTS)
def test_a_narrowed_member_changes_nothing_of_others(rule: Rule, guest: Guest, bob: Browser, path: str) -> None:
    rule(**OWN)
    before = fresh(guest.conversation)
    assert bob.post(at(path, guest), {"text": "oi"}).status_code == 404
    after = fresh(guest.conversation)
    assert (before.unread, before.closed_at, before.bot_on) == (after.unread, after.closed_at, after.bot_on)


@pytest.mark.parametrize("path", [*PAGES[:2], *LISTS[:2]])
def test_the_other_salon_sees_nothing(guest: Guest, charlie: Browser, path: str) -> None:
    answer = charlie.get(at(path, guest))
    assert answer.status_code == 404 or "Beatriz" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/contacts/{contact}/", "/inbox/{talk}/"])
def test_a_masked_role_sees_the_end_of_a_phone(rule: Rule, guest: Guest, bob: Browser, path: str) -> None:
    assert WHOLE in bob.get_page(at(path, guest))
    rule(masked_roles=["receptionist"])
    page = bob.get_page(at(path, guest))
    assert MASKED in page
    assert WHOLE not in page
    assert "988881234" not in page


def test_it_is_masked_in_the_api_and_in_search_too(rule: Rule, guest: Guest, bob: Browser) -> None:
    rule(masked_roles=["receptionist"])
    found = bob.get(f"/api/v1/contacts/{guest.contact.public_id}/").json()
    assert found["identities"] == [{"kind": "phone", "value": MASKED}]
    page = bob.get_page("/contacts/", search="1234")
    assert MASKED in page
    assert "988881234" not in page


def test_a_masked_role_finds_by_what_it_sees_and_guesses_nothing(rule: Rule, guest: Guest, bob: Browser) -> None:
    """The hidden digits change no answer: nobody finds them out by asking one after the other."""
    rule(masked_roles=["receptionist"])
    for words in ("1234", "+55 11 98888-1234", "0000 1234", "beatriz 1234"):
        for path in ("/contacts/", "/inbox/"):
            assert "Beatriz" in bob.get_page(path, search=words), (path, words)
        assert bob.get("/api/v1/contacts/", {"search": words}).json()["results"], words
    for words in ("98888", "5511", "8888123"):
        for path in ("/contacts/", "/inbox/"):
            assert "Beatriz" not in bob.get_page(path, search=words), (path, words)
        assert not bob.get("/api/v1/contacts/", {"search": words}).json()["results"], words
    assert bob.get("/api/v1/contacts/", {"identity": "+5511988881234"}).status_code == 400
    assert {one["wamid"] for one in bob.get("/api/v1/messages/").json()["results"]} == {None}


def test_a_card_with_a_phone_is_masked(rule: Rule, guest: Guest, bob: Browser) -> None:
    payload = {"contacts": [{"name": "Ana", "phones": ["+5511977776543", "011 97777-6543"]}]}
    guest.wrote("", type="contacts", payload=payload)
    rule(masked_roles=["receptionist"])
    page = bob.get_page(at("/inbox/{talk}/", guest))
    assert "77776543" not in page
    assert "77777-6543" not in page
    assert "+55 11 •••••-6543" in page


@pytest.mark.parametrize(
    ("phone", "seen"),
    [
        ("+5511988881234", MASKED),
        ("+55 11 98888-1234", MASKED),
        ("+14155550123", "+14 •••••-0123"),
        ("011 97777-6543", "•••••-6543"),
        ("1234", "1234"),
        ("Ana", "Ana"),
    ],
)
def test_masks(phone: str, seen: str) -> None:
    assert mask(phone) == seen


def test_whatsapps_own_words_are_masked_in_the_summary_too(rule: Rule, guest: Guest, bob: Browser) -> None:
    words = "Beatriz changed from +5511988881234 to +5511988884321"
    change_talk(guest.conversation, last_kind="system", last_text=words)
    path = f"/api/v1/{at('conversations/{talk}/', guest)}"
    assert bob.get(path).json()["last_text"] == words
    rule(masked_roles=["receptionist"])
    pages = [bob.get_page("/inbox/"), bob.get_page(at("/contacts/{contact}/", guest)), bob.get_page(path)]
    for page in pages:
        assert not re.search(r"98888-?\d{4}", page)
    assert "•••••-4321" in pages[0]
    assert bob.get(path).json()["last_text"] == f"Beatriz changed from {MASKED} to +55 11 •••••-4321"


@pytest.fixture
def beside(rule: Rule, guest: Guest, alice: Browser, bob: Browser) -> Conversation:
    """The guest's other conversation, which is Alice's, while Bob has the first one and sees his own only."""
    rule(own_only_roles=["receptionist"])
    give(guest, bob)
    with inside(guest.salon_id):
        values: Own = {"last_at": clock.now(), "closed_at": clock.now(), "assignee": alice.member}
        return Conversation.objects.create(contact=guest.contact, number_id=guest.number.pk, **values)


def test_a_narrowed_member_reads_no_notes_of_colleagues_talks(
    guest: Guest, beside: Conversation, alice: Browser, bob: Browser
) -> None:
    other = f"/inbox/{beside.public_id}/note/"
    assert alice.post(other, {"text": "of another talk @Bob"}).status_code == 303
    assert alice.post(at("/inbox/{talk}/note/", guest), {"text": "of the talk @Bob"}).status_code == 303
    assert alice.post(at("/contacts/{contact}/note/add/", guest), {"text": "of the guest @Bob"}).status_code == 303
    with inside(guest.salon_id):
        hidden = Note.objects.get(conversation_id=beside.pk)
        assert Alert.objects.filter(kind="note.mention").count() == 2
    for path in ("/contacts/{contact}/note/", "/contacts/{contact}/history/", "/contacts/mentions/"):
        page = bob.get_page(at(path, guest))
        assert "of another talk" not in page, path
        assert "of the talk" in page and "of the guest" in page, path
    assert "of another talk" in alice.get_page(at("/contacts/{contact}/note/", guest))
    url = f"/notes/{hidden.public_id}/"
    assert bob.post(url, {"do": "pin"}).status_code == 404
    assert alice.post(url, {"do": "pin"}).status_code != 404


def test_nor_is_told_of_their_messages(guest: Guest, beside: Conversation, alice: Browser, bob: Browser) -> None:
    replace(guest, conversation=beside).wrote("hidden")
    assert "1 message from the guest" in bob.get_page(at("/contacts/{contact}/history/", guest))
    assert "2 messages from the guest" in alice.get_page(at("/contacts/{contact}/history/", guest))


def test_nor_sends_their_files_or_puts_an_emoji_on_their_messages(
    guest: Guest, beside: Conversation, alice: Browser, bob: Browser, talk: NewTalk
) -> None:
    hidden = replace(guest, conversation=beside).wrote("", type="image", wamid="wamid.hidden")
    seen = guest.wrote("", type="image", wamid="wamid.seen")
    files = {}
    with inside(guest.salon_id):
        for message in (hidden, seen):
            files[message.pk] = Media.objects.create(
                direction="in", kind="image", mime_type="image/jpeg", state="ready", size=9, storage_key="x",
                contact_id=guest.contact.pk, message_id=message.pk,
            )  # fmt: skip
    send = at("/inbox/{talk}/send/", guest)
    to = {"contact": str(guest.contact.public_id), "purpose": "reply"}

    def api(person: Browser, **body: Any) -> int:
        return person.post("/api/v1/messages/", {**to, **body}, content_type="application/json").status_code

    for message, passes in ((hidden, False), (seen, True)):
        image, reaction = str(files[message.pk].public_id), {"message": str(message.public_id), "emoji": "👍"}
        assert (bob.post(send, {"media": image}, headers={"hx-request": "true"}).status_code == 200) is passes
        assert (api(bob, type="image", media={"id": image}) == 202) is passes
        assert (api(bob, type="reaction", reaction=reaction) == 202) is passes
        quoted = api(bob, type="text", text="oi", reply_to=str(message.public_id))
        assert (quoted == 202) is passes
        assert (bob.get(f"/api/v1/media/{image}/").status_code == 200) is passes
        assert api(alice, type="image", media={"id": image}) == 202
        assert api(alice, type="reaction", reaction=reaction) == 202
    to["contact"] = str(talk("Ana", assignee=bob.member).contact.public_id)
    assert api(bob, type="reaction", reaction={"message": str(seen.public_id), "emoji": "👍"}) == 404


def test_who_may_set_the_rules(guest: Guest, alice: Browser, bob: Browser, charlie: Browser) -> None:
    given = {"own_only_roles": ["receptionist"], "masked_roles": ["viewer"]}
    assert bob.get("/settings/inbox/").status_code == 403
    assert bob.post("/settings/inbox/", given).status_code == 403
    assert set(sees(bob, guest).values()) == {True}
    assert alice.post("/settings/inbox/", given).status_code == 303
    assert set(sees(bob, guest).values()) == {False}
    assert "checked" in alice.get_page("/settings/inbox/")
    assert "checked" not in charlie.get_page("/settings/inbox/")


def test_a_role_that_cannot_be_narrowed_is_refused(alice: Browser) -> None:
    assert alice.post("/settings/inbox/", {"own_only_roles": ["owner"]}).status_code == 422
