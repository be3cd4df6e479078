"""The flow of a number answers what no trigger wants (WA-011)."""

from typing import Any

import pytest

from channels_wa.numbers.models import Number
from flows.models import Flow
from ops import clock
from ops.salon import inside
from tests.api.program import Program, fields
from tests.flows.runtime.conftest import PNID, Chat, say
from tests.world import Browser, Salons

ENGLISH = {"accept-language": "en"}


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


@pytest.fixture
def two(chat: Chat) -> tuple[Number, Flow, Flow]:
    """Aurora's number, its default flow, and another one."""
    chat.publish("rest", say("s", "rest"), edges=["start>s"], on="keywords", keywords=["nobody says this"])
    chat.publish("other", say("s", "other"), edges=["start>s"], on="keywords", keywords=["nor this"])
    choose(chat, "rest")
    with inside(chat.salon_id):
        rest, other = Flow.objects.order_by("pk")
    return Number.objects.get(phone_number_id=PNID), rest, other


@pytest.mark.parametrize(
    "put_away", [{"archived_at": clock.now()}, {"paused_at": clock.now()}], ids=["archived", "paused"]
)
def test_one_that_begins_with_nobody_is_not_offered_and_refused(
    alice: Browser, salons: Salons, chat: Chat, two: tuple[Number, Flow, Flow], put_away: dict[str, Any]
) -> None:
    number, rest, other = two
    path, word = f"/flows/numbers/{number.public_id}/", next(iter(put_away)).removesuffix("_at")
    with inside(chat.salon_id):
        Flow.objects.filter(pk=other.pk).update(**put_away)
    assert str(other.public_id) not in alice.get(path, headers=ENGLISH).content.decode()
    answer = alice.post(path, {"flow": other.public_id}, headers=ENGLISH)
    assert answer.status_code == 422 and f"other is {word}" in answer.content.decode()
    program = Program(salons.aurora)
    assert fields(
        program.write(f"connections/{number.public_id}/", {"default_flow": str(other.public_id)}, method="patch")
    ) == ["default_flow"]
    number.refresh_from_db()
    assert number.default_flow == rest.public_id


def test_a_default_that_was_put_away_says_so(alice: Browser, chat: Chat, two: tuple[Number, Flow, Flow]) -> None:
    number, rest, _other = two
    with inside(chat.salon_id):
        Flow.objects.filter(pk=rest.pk).update(archived_at=clock.now())
    page = alice.get(f"/flows/numbers/{number.public_id}/", headers=ENGLISH).content.decode()
    assert "rest (archived)" in page and "Until then a person answers here." in page


def test_archiving_says_which_number_it_answers_on(alice: Browser, two: tuple[Number, Flow, Flow]) -> None:
    number, rest, other = two
    words = f"On {number.display_phone} it answers what no other flow wants"
    assert words in alice.get(f"/flows/{rest.public_id}/", headers=ENGLISH).content.decode()
    assert words not in alice.get(f"/flows/{other.public_id}/", headers=ENGLISH).content.decode()
    answer = alice.post(f"/flows/{rest.public_id}/archive/?page=1", headers={"HX-Request": "true", **ENGLISH})
    assert answer["HX-Redirect"] == f"/flows/{rest.public_id}/"
    page = alice.get(answer["HX-Redirect"], headers=ENGLISH).content.decode()
    assert f"On {number.display_phone} a person answers now" in page
