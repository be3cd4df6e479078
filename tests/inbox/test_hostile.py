"""Whatever a guest or a colleague writes is words and no markup on every page; the CSP is the second wall."""

from typing import Any

import pytest

from channels_wa.messages.models import Message
from crm.contacts.models import Contact, CustomField, Note
from crm.deals.models import Deal
from crm.inbox.models import CannedReply, Conversation, Team
from crm.inbox.news import News, Reader, rendered
from ops import clock
from ops.salon import inside
from tenants.access.roles import built_in
from tests.api.conftest import Seeded, seed
from tests.invariants.test_i22_canary import FIRST, OF, PLACE, filled, ids_of, routes
from tests.world import Browser, Salons

# Each walk costs as much as a page has parts, so a word tries several things at once.
WORDS = {
    "markup": "\"'><b>zz<script>zz</script>",
    "template": "zz{{7*7}}${7*7}\u202e<img src=x onerror=zz>",
}
MARKUP = ("<script>zz", "<img src=x", "<b>zz", "zz49", "onerror=zz>")
# Of other areas, and walked by their own tests; those that are no pages.
ELSEWHERE = ("flows/", "media/", "templates/", "language/", "api/", "leave/", "enter/", "you/leave/")


PARTS = {
    "messages/": "inbound",
    "pipelines/": "pipeline",
    "tasks/": "task",
    "stages/": "stage",
    "contacts/": "contact",
    "teams/": "team",
    "segments/": "segment",
}


def fill(salons: Salons, word: str) -> Seeded:
    """A salon in which every text that somebody can write is this word."""
    seeded = seed(salons.aurora, word=word, phone="+5511988881234", pk=70_707)
    with inside(salons.aurora.pk):
        contact, talk = Contact.objects.get(pk=70_707), Conversation.objects.get(pk=70_707)
        contact.fields, contact.preferences, contact.tags = {"hair": word, word: word}, {"note": word}, [word[:40]]
        contact.attribution = {"first": {"headline": word, "source_url": f"javascript:{word}", "ctwa_clid": word}}
        contact.save()
        CustomField.objects.update(name=word)
        Conversation.objects.filter(pk=talk.pk).update(last_text=word, last_kind=word[:30], attention=word[:40])
        Team.objects.update(name=word)
        Deal.objects.update(title=word, lost_reason=word[:40])
        CannedReply.objects.update(text=word)
        Note.objects.update(conversation_id=talk.pk, text=word)
        for number, (kind, payload) in enumerate(payloads(word)):
            Message.objects.create(
                direction="out" if kind == "template" else "in", type=kind, text=word, payload=payload, status="failed",
                reason=word[:200], contact_id=contact.pk, conversation_id=talk.pk, number_id=talk.number_id,
                wamid=f"wamid.h{number}", reply_to="wamid.h0", at=clock.now(),
            )  # fmt: skip
    return seeded


def payloads(word: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        ("text", {"referral": {"headline": word, "body": word, "source_url": f"javascript:{word}"}, "product": word}),
        ("contacts", {"contacts": [{"name": word, "phones": [word], "emails": [word], "company": word}]}),
        ("location", {"name": word, "address": word, "latitude": 1.5, "longitude": 2.5}),
        ("reaction", {"to": "wamid.h0", "emoji": word}),
        ("edit", {"of": "wamid.h0"}),
        ("order", {"items": [{"product": word, "quantity": word, "price": word, "currency": word}]}),
        ("interactive", {"kind": "nfm_reply", "answers": {word: word}}),
        ("interactive", {"kind": "list_reply", "description": word}),
        ("system", {"event": "other"}),
        ("unsupported", {"of": word, "errors": [{"code": word, "title": word, "details": word}]}),
        (word[:30], {"caption": word}),
        ("template", {"shown": {"header": word, "footer": word, "buttons": [{"title": word}]}}),
    ]


def addresses(seeded: Seeded) -> list[str]:
    known = ids_of(seeded)
    found = []
    for route in routes():
        if route.startswith(ELSEWHERE):
            continue
        names = [name for _converter, name in PLACE.findall(route)]
        first = {**FIRST, "notes": "note", "deals": "deal"}.get(route.split("/")[0], "")
        first = next((kind for part, kind in PARTS.items() if part in route), first)
        found.append(filled(route, [known.get(OF.get(name) or first, "1") for name in names]))
    talk = filled("inbox/<uuid:public_id>/", [seeded.conversation])
    return [*found, f"{talk}?part=messages", f"{talk}find/?words=zz", f"{talk}replies/?typed=", "/inbox/?search=zz"]


@pytest.mark.parametrize("name", WORDS)
def test_what_people_write_is_no_markup_on_any_page(salons: Salons, alice: Browser, db: None, name: str) -> None:
    word = WORDS[name]
    seeded, shown = fill(salons, word), 0
    for path in addresses(seeded):
        for headers in ({}, {"HX-Request": "true"}):
            answer = alice.get(path, headers=headers)
            assert answer.status_code < 500, path
            # What is downloaded is no page.
            if "text/html" not in answer.headers.get("Content-Type", ""):
                continue
            said = (b"".join(answer) if answer.streaming else answer.content).decode()
            assert not [bad for bad in MARKUP if bad in said], (path, headers)
            assert 'href="javascript' not in said, path
            shown += "zz" in said
    assert shown > 25


def test_what_people_write_is_no_markup_in_live_news(salons: Salons, settings: Any, db: None) -> None:
    settings.ROOT_URLCONF = settings.SALON_URLCONF
    fill(salons, WORDS["markup"])
    with inside(salons.aurora.pk):
        pks = list(Message.objects.values_list("pk", flat=True))
        notes = list(Note.objects.values_list("pk", flat=True))
        parts = rendered(News(pks, [], [70_707], [], notes), Reader(built_in("owner"), False, 0, "en", "UTC"))
    assert not [bad for bad in MARKUP if bad in parts["html"] + parts["rows"]]
    assert "zz" in parts["html"]
    assert "note-" in parts["html"]
