"""How each kind of message is shown in the conversation and in the list (FR-WA-001, issue 3)."""

from typing import Any

import pytest
from django.template.loader import render_to_string

from channels_wa.messages.models import Message
from channels_wa.numbers.models import Number
from crm.contacts.models import Contact
from crm.inbox.bubbles import Bubble, bubbles_of
from crm.inbox.models import Conversation
from crm.inbox.rows import rows_of
from ops.salon import inside, run_in_salon
from portal.frame.rendering import as_on_a_page
from tests.inbound import talks
from tests.inbound.examples import NAMES, NUMBER, WABA, item_of, raw_of
from tests.incoming import delivery, text_message
from tests.world import Browser, Salons


@pytest.fixture(autouse=True)
def own_number(talk: Salons) -> Salons:
    """The examples' number is Aurora's."""
    Number.objects.filter(salon_id=talk.aurora.pk).update(phone_number_id=NUMBER, waba_id=WABA)
    return talk


def hear(text: str = "oi", **more: Any) -> None:
    talks.take(delivery(NUMBER, text_message(text, **more)))


def say(kind: str, wamid: str = "wamid.more", **body: Any) -> None:
    talks.take(delivery(NUMBER, {"from": talks.GUEST, "id": wamid, "type": kind, kind: body}))


def html(salons: Salons) -> str:
    """All bubbles as the conversation shows them."""
    with inside(salons.aurora.pk), as_on_a_page(language="en", time_zone="America/Sao_Paulo"):
        shown = bubbles_of(list(Message.objects.order_by("pk")))
        return render_to_string("crm/messages.html", {"bubbles": shown, "may_answer": True})


def bubbles(salons: Salons) -> list[Bubble]:
    return run_in_salon(salons.aurora.pk, lambda: bubbles_of(list(Message.objects.order_by("pk"))))


def in_list(salons: Salons) -> str:
    with inside(salons.aurora.pk), as_on_a_page(language="en", time_zone="America/Sao_Paulo"):
        (row,) = rows_of(list(Conversation.objects.select_related("contact")))
        return " ".join(render_to_string("crm/inbox_row.html", {"row": row}).split())


SHOWN = {
    "message_button_reply": ["Chosen button", "Corte"],
    "message_list_reply": ["Chosen from the list", "Sáb 14:00"],
    "message_location": ["MASP", "https://www.google.com/maps/search/?api=1&amp;query=-23.56"],
    "message_contacts": ["Rui Tavares", 'href="tel:'],
    "message_flow_reply": ["Filled in a form", "How", "indicação", "Age", "31"],
    "message_order": ["Order", "oleo-argan-60", "49.9 BRL", "Entregam hoje?"],
    "message_text_from_ad": ["Came by an ad", "Combo corte + hidratação", "https://fb.me/aurora"],
    "message_text_forwarded": ["Forwarded"],
    "message_in_group": ["In a group", "Alguém vem hoje?"],
    "message_system_changed_number": ["Has a new number: +55 11 96666-5555"],
    "message_system_identity_changed": ["make sure that it is them"],
    "message_unsupported": ["Can be seen on a phone only", "poll"],
    "message_unknown_type": ["hologram"],
    "message_image_lost": ["131052", "larger than 100 MB"],
    "message_call_permission": ["May be called"],
    "message_text_quoting": ["Answers a message that is not here"],
}


@pytest.mark.parametrize(("name", "words"), SHOWN.items(), ids=SHOWN.keys())
def test_fr_wa_001_a_kind_is_shown_with_what_it_says(own_number: Salons, name: str, words: list[str]) -> None:
    talks.take(raw_of(name))
    shown = html(own_number)
    for each in words:
        assert each in shown


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith(("message_", "coexistence_"))])
def test_fr_wa_001_every_example_can_be_shown(own_number: Salons, name: str) -> None:
    talks.take(raw_of(name))
    html(own_number)


def test_the_picture_of_an_ad_is_not_loaded_from_a_foreign_host(own_number: Salons) -> None:
    talks.take(raw_of("message_text_from_ad"))
    assert "scontent" not in html(own_number)


def test_a_link_of_an_ad_that_is_no_page_is_not_a_link(own_number: Salons) -> None:
    hear(referral={"source_url": "javascript:alert(1)", "headline": "x"})
    assert "javascript" not in html(own_number)


def test_a_reaction_stands_at_its_message_and_goes_when_it_is_taken_back(own_number: Salons) -> None:
    hear("oi", wamid="wamid.a")
    say("reaction", "wamid.r1", message_id="wamid.a", emoji="👍")
    first, second = bubbles(own_number)
    assert ([one.emoji for one in first.reactions], second.is_hidden) == (["👍"], True)
    say("reaction", "wamid.r2", message_id="wamid.a", emoji="")
    assert bubbles(own_number)[0].reactions == []
    with inside(own_number.aurora.pk):
        assert Message.objects.filter(type="reaction").count() == 2


def test_a_persons_newest_reaction_is_the_one(own_number: Salons) -> None:
    hear("oi", wamid="wamid.a")
    for number, emoji in enumerate("👍🙏"):
        say("reaction", f"wamid.r{number}", message_id="wamid.a", emoji=emoji)
    assert [one.emoji for one in bubbles(own_number)[0].reactions] == ["🙏"]


def test_a_reaction_to_what_is_not_here_stands_for_itself(own_number: Salons) -> None:
    say("reaction", message_id="wamid.gone", emoji="❤️")
    (only,) = bubbles(own_number)
    assert (only.is_hidden, only.text) == (False, "❤️")


def test_an_edit_shows_the_new_text_and_keeps_the_earlier_ones(own_number: Salons) -> None:
    hear("sábado?", wamid="wamid.a")
    for number, body in enumerate(("domingo?", "segunda?")):
        inner = {"type": "text", "text": {"body": body}}
        say("edit", f"wamid.e{number}", original_message_id="wamid.a", message=inner)
    first = bubbles(own_number)[0]
    assert (first.text, list(first.earlier)) == ("segunda?", ["sábado?", "domingo?"])
    assert "Edited" in html(own_number)


def test_an_edit_that_comes_before_its_message_shows_there_too(own_number: Salons) -> None:
    inner = {"type": "text", "text": {"body": "domingo?"}}
    say("edit", "wamid.e", original_message_id="wamid.a", message=inner)
    hear("sábado?", wamid="wamid.a")
    assert bubbles(own_number)[1].text == "domingo?"


def test_a_removed_message_hides_its_text_and_keeps_what_came(own_number: Salons) -> None:
    hear("meu cpf é segredo", wamid="wamid.a")
    say("revoke", "wamid.r", original_message_id="wamid.a")
    shown = html(own_number)
    assert "segredo" not in shown and "The guest removed this message" in shown
    assert "segredo" not in in_list(own_number)
    with inside(own_number.aurora.pk):
        assert Message.objects.get(wamid="wamid.a").raw


def test_a_quote_of_a_removed_message_hides_it_too(own_number: Salons) -> None:
    hear("meu cpf é segredo", wamid="wamid.a")
    hear("esse aí", context={"id": "wamid.a"})
    say("revoke", "wamid.r", original_message_id="wamid.a")
    assert "segredo" not in html(own_number)
    with inside(own_number.aurora.pk):
        (alone,) = bubbles_of(list(Message.objects.filter(text="esse aí")))
    assert alone.quote and "segredo" not in alone.quote.words


def test_nobody_removes_another_persons_message(own_number: Salons) -> None:
    hear("oi", wamid="wamid.a")
    say_as_other = {"from": "5511990000009", "id": "wamid.r", "type": "revoke"}
    talks.take(delivery(NUMBER, {**say_as_other, "revoke": {"original_message_id": "wamid.a"}}))
    assert not bubbles(own_number)[0].is_removed


def test_a_reply_shows_what_it_quotes_and_leads_there(own_number: Salons) -> None:
    hear("quanto custa?", wamid="wamid.a")
    hear("esse aqui", context={"id": "wamid.a"})
    first, second = bubbles(own_number)
    assert second.quote and (second.quote.words, second.quote.is_ours) == ("quanto custa?", False)
    assert f'href="#message-{first.public_id}"' in html(own_number)


IN_LIST = {
    "message_image": "Quero assim",
    "message_video": "Video",
    "message_voice": "Voice message",
    "message_sticker": "Sticker",
    "message_document": "comprovante.pdf",
    "message_location": "MASP",
    "message_contacts": "Rui Tavares",
    "message_reaction": "Reaction: ❤️",
    "message_reaction_removed": "Took a reaction back",
    "message_flow_reply": "Filled in a form",
    "message_order": "Order: Entregam hoje?",
    "message_edit": "Edited a message: Oi! Tem horário domingo?",
    "message_revoke": "Removed a message",
    "message_unsupported": "Can be seen on a phone only",
    "message_system_changed_number": "Has a new phone number",
}


@pytest.mark.parametrize(("name", "words"), IN_LIST.items(), ids=IN_LIST.keys())
def test_the_list_says_each_kind_with_an_icon_and_a_word(own_number: Salons, name: str, words: str) -> None:
    talks.take(raw_of(name))
    line = in_list(own_number)
    assert words.split(":", maxsplit=1)[0] in line and "<svg" in line


def test_words_in_brackets_are_only_words(own_number: Salons) -> None:
    hear("[image]")
    assert "[image]" in in_list(own_number)


@pytest.mark.parametrize("kind", ["reaction", "edit", "revoke", "system"])
def test_what_says_nothing_new_is_not_unread(own_number: Salons, kind: str) -> None:
    talks.take(raw_of({"system": "message_system_identity_changed"}.get(kind, f"message_{kind}")))
    with inside(own_number.aurora.pk):
        assert Conversation.objects.get().unread == 0


def test_a_group_message_opens_no_window_and_starts_no_flow(own_number: Salons, settings: Any) -> None:
    talks.take(raw_of("message_in_group"))
    with inside(own_number.aurora.pk):
        assert Conversation.objects.get().last_inbound_at is None
        assert not Message.objects.filter(direction="out").exists()


def test_an_ad_is_kept_at_the_contact_the_first_and_the_last(own_number: Salons) -> None:
    for number in (1, 2, 3):
        hear(f"oi {number}", referral={"source_type": "ad", "source_id": str(number), "ctwa_clid": f"click{number}"})
    with inside(own_number.aurora.pk):
        contact = Contact.objects.get()
        first, last = contact.touches["first"], contact.touches["last"]
        assert first and last and (first["ctwa_clid"], last["ctwa_clid"]) == ("click1", "click3")
    alice = Browser(own_number.aurora, "alice@example.com")
    page = alice.get(f"/contacts/{contact.public_id}/").content.decode()
    assert "click1" in page and "click3" in page
    answer = alice.get(f"/api/v1/contacts/{contact.public_id}/").json()["attribution"]
    assert (answer["first"]["source_id"], answer["last"]["source_id"]) == ("1", "3")


def test_a_contact_of_no_ad_has_an_empty_attribution(own_number: Salons) -> None:
    hear()
    with inside(own_number.aurora.pk):
        contact = Contact.objects.get()
    alice = Browser(own_number.aurora, "alice@example.com")
    answer = alice.get(f"/api/v1/contacts/{contact.public_id}/").json()["attribution"]
    assert answer == {"first": None, "last": None}


def test_the_conversation_page_shows_every_kind(own_number: Salons) -> None:
    for name in NAMES:
        if name.startswith("message_"):
            talks.take(raw_of(name))
    with inside(own_number.aurora.pk):
        found = Conversation.objects.get(contact__name="Lúcia Prado")
    alice = Browser(own_number.aurora, "alice@example.com")
    page = alice.get(f"/inbox/{found.public_id}/")
    assert page.status_code == 200
    assert item_of("message_location").item["location"]["name"] in page.content.decode()
