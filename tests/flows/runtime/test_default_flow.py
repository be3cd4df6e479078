"""The flow of a number answers what no trigger wants (WA-011)."""

from channels_wa.numbers.models import Number
from flows.models import Flow
from ops.salon import inside
from tests.flows.runtime.conftest import PNID, Chat, say


def choose(chat: Chat, name: str) -> None:
    with inside(chat.salon_id):
        public_id = Flow.objects.get(name=name).public_id
    Number.objects.filter(phone_number_id=PNID).update(default_flow=public_id)


def test_it_answers_what_no_trigger_wants(chat: Chat) -> None:
    chat.publish("prices", say("s", "price"), edges=["start>s"], on="keywords", keywords=["preço"])
    chat.publish("rest", say("s", "rest"), edges=["start>s"], on="keywords", keywords=["nobody says this"])
    chat.says("oi")
    choose(chat, "rest")
    chat.says("oi")
    chat.says("preço")
    assert chat.answers == ["rest", "price"]


def test_one_that_is_switched_off_answers_nothing(chat: Chat) -> None:
    chat.publish("rest", say("s", "rest"), edges=["start>s"], on="keywords", keywords=["nobody says this"])
    choose(chat, "rest")
    with inside(chat.salon_id):
        Flow.objects.update(is_active=False)
    chat.says("oi")
    assert chat.answers == []
