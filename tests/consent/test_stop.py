"""I19: a STOP ends what the salon starts, is confirmed once, and starts no flow; later messages are answered."""

import json
from datetime import time, timedelta
from typing import Any

import pytest

from channels_wa.messages.models import Identity, Message
from channels_wa.numbers.models import Number
from channels_wa.outbox import dispatcher
from channels_wa.outbox.actions import enqueue
from channels_wa.outbox.message import Enqueued, Lane, NewMessage
from channels_wa.outbox.models import OutboxItem
from crm.consent import policy
from crm.consent.models import Consent, ConsentEntry
from crm.inbox.models import Conversation
from ops import clock
from ops.eventqueue import handling
from ops.salon import inside
from tests.consent.conftest import Chat
from tests.incoming import keep

STOPPED = "Pronto: não vamos mais escrever para você por conta própria. Para voltar, responda VOLTAR."
PURPOSES = ["marketing", "service", "reminder"]


@pytest.fixture(autouse=True)
def no_rules_but_consent(guest: Chat) -> None:
    with inside(guest.salon_id):
        policy.change({"quiet_from": None, "quiet_until": None, "marketing_per_week": None}, by=None)


def contact_of(guest: Chat) -> int:
    return int(Identity.objects.filter(value=f"+{guest.phone}").values_list("contact_id", flat=True)[0])


def send(guest: Chat, purpose: str, **changes: Any) -> Enqueued:
    """The salon writes to the guest."""
    with inside(guest.salon_id):
        contact_id = contact_of(guest)
        talk = Conversation.objects.get(contact_id=contact_id)
        return enqueue(
            NewMessage(
                contact_id=contact_id,
                conversation_id=talk.pk,
                number_id=talk.number_id,
                recipient_kind="phone",
                recipient=f"+{guest.phone}",
                text="Novidade!",
                purpose=purpose,
                lane=Lane.CAMPAIGN,
                **changes,
            )
        )


def states(guest: Chat) -> dict[str, str]:
    with inside(guest.salon_id):
        return dict(Consent.objects.values_list("purpose", "state"))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_i19_before_a_stop_it_goes(guest: Chat, purpose: str) -> None:
    guest.says("oi")
    assert send(guest, purpose).status == "queued"


@pytest.mark.parametrize("purpose", PURPOSES)
def test_i19_after_a_stop_what_the_salon_starts_is_refused(guest: Chat, purpose: str) -> None:
    guest.says("oi")
    guest.says("PARAR")
    refused = send(guest, purpose)
    assert (refused.status, refused.reason) == ("cancelled", "opted_out")


def test_i19_an_answer_still_goes(guest: Chat) -> None:
    guest.says("PARAR")
    assert send(guest, "reply").status == "queued"


def test_i19_what_was_queued_before_the_stop_never_leaves(guest: Chat) -> None:
    guest.says("oi")
    queued = [send(guest, purpose) for purpose in PURPOSES]
    guest.says("Sair.")
    dispatcher.Dispatcher(dispatcher.CAMPAIGNS, records_aside=False).run(clock.real() + timedelta(seconds=2))
    with inside(guest.salon_id):
        rows = Message.objects.filter(pk__in=[one.message_id for one in queued])
        assert set(rows.values_list("status", "reason")) == {("cancelled", "opted_out")}
    assert set(OutboxItem.objects.filter(purpose__in=PURPOSES).values_list("outcome", flat=True)) == {"cancelled"}


def test_i19_one_confirmation_and_no_flow(guest: Chat) -> None:
    guest.says("PARAR")
    assert guest.answers == [STOPPED]
    assert guest.executions == []


def test_i19_a_second_stop_is_not_confirmed_again(guest: Chat) -> None:
    guest.says("PARAR")
    guest.says("parar")
    assert guest.answers == [STOPPED]


def test_i19_later_messages_are_answered(guest: Chat) -> None:
    guest.says("PARAR")
    guest.says("oi")
    assert guest.answers == [STOPPED, "Olá!"]


def test_i19_the_same_delivery_twice_is_one_confirmation(guest: Chat) -> None:
    for _ in range(2):
        guest.says("PARAR", wamid="wamid.stop.1")
    assert guest.answers == [STOPPED]


def test_wa012_the_register_has_the_words_and_where_they_stand(guest: Chat) -> None:
    guest.says("Parar!", wamid="wamid.evidence")
    with inside(guest.salon_id):
        lines = ConsentEntry.objects.order_by("purpose").values_list(
            "value", "purpose", "state", "source", "evidence", "wamid"
        )
        assert list(lines) == [
            (f"+{guest.phone}", purpose, "revoked", "message", "Parar!", "wamid.evidence")
            for purpose in ("marketing", "service")
        ]


def test_wa012_offers_alone(guest: Chat) -> None:
    guest.says("oi")
    guest.says("parar promoções")
    assert states(guest) == {"marketing": "revoked"}
    assert (send(guest, "marketing").status, send(guest, "reminder").status) == ("cancelled", "queued")


def test_wa012_coming_back(guest: Chat) -> None:
    guest.says("PARAR")
    guest.says("voltar")
    assert states(guest) == {"marketing": "granted", "service": "granted"}
    assert len(guest.answers) == 2
    assert send(guest, "marketing").status == "queued"


def test_wa012_a_word_that_resumes_is_nothing_special_to_who_never_stopped(guest: Chat) -> None:
    guest.says("voltar")
    assert guest.answers == ["Olá!"]


def test_wa012_a_flows_own_button_is_no_stop(guest: Chat) -> None:
    guest.sends("interactive", {"type": "button_reply", "button_reply": {"id": "leave", "title": "Sair"}})
    assert states(guest) == {}
    assert guest.answers == ["Olá!"]


def test_wa012_the_salons_own_words_and_confirmation(guest: Chat) -> None:
    with inside(guest.salon_id):
        policy.change({"stop_words": ["chega"], "confirmations": {"pt": "Tudo bem, paramos."}}, by=None)
    guest.says("CHEGA")
    assert guest.answers == ["Tudo bem, paramos."]


def preferences(guest: Chat, value: str, at: int = 1795000030) -> None:
    """Meta tells of the switch in the guest's WhatsApp."""
    waba_id = Number.objects.get(salon_id=guest.salon_id).waba_id
    wish = {"wa_id": guest.phone, "category": "marketing_messages", "value": value, "timestamp": at, "detail": "asked"}
    change = {"field": "user_preferences", "value": {"messaging_product": "whatsapp", "user_preferences": [wish]}}
    keep(json.dumps({"object": "whatsapp_business_account", "entry": [{"id": waba_id, "changes": [change]}]}).encode())
    from channels_wa.inbound import drain

    drain.run()
    handling.run()


def test_i19_metas_preference_ends_marketing_only(guest: Chat) -> None:
    guest.says("oi")
    preferences(guest, "stop")
    assert states(guest) == {"marketing": "revoked"}
    assert (send(guest, "marketing").status, send(guest, "service").status) == ("cancelled", "queued")


def test_wa012_metas_preferences_in_any_order(guest: Chat) -> None:
    guest.says("oi")
    preferences(guest, "resume", at=1795000090)
    preferences(guest, "stop", at=1795000030)
    assert states(guest) == {"marketing": "granted"}
    with inside(guest.salon_id):
        assert ConsentEntry.objects.count() == 2


def test_wa012_a_preference_of_somebody_unknown_holds_when_they_turn_up(guest: Chat) -> None:
    preferences(guest, "stop")
    guest.says("oi")
    assert send(guest, "marketing").reason == "opted_out"


def test_a_message_that_waits_says_why_in_the_api_and_in_the_conversation(guest: Chat) -> None:
    from crm.inbox.bubbles import bubbles_of

    guest.says("oi")
    with inside(guest.salon_id):
        policy.change({"quiet_from": time(0), "quiet_until": time(23, 59)}, by=None)
    waits = send(guest, "marketing")
    dispatcher.Dispatcher(dispatcher.CAMPAIGNS, records_aside=False).run(clock.real() + timedelta(seconds=1))
    with inside(guest.salon_id):
        [bubble] = bubbles_of([Message.objects.get(pk=waits.message_id)])
        assert bubble.waits_until is not None
        assert bubble.waits_because == "Espera o fim do horário de silêncio."
