"""CR-002: an open board shows what others do; and it stays quick when a stage is full."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from crm.consent import policy
from crm.deals import actions, live
from crm.deals.actions import tasks
from ops import clock
from ops.salon import inside
from tests.crm.deals.conftest import Desk
from tests.crm.deals.test_pages import move
from tests.portal.sockets import Socket, play
from tests.world import Browser

MANY = """
INSERT INTO deal (public_id, pipeline_id, stage_id, contact_id, title, value_minor, currency, position, stage_since,
                  source, lost_reason, version, created_at, updated_at)
SELECT gen_random_uuid(), pipeline_id, stage_id, contact_id, 'd', 100, 'BRL', number, now(), '', '', 1, now(), now()
FROM deal, generate_series(1, 9999) number WHERE deal.id = %s
"""


@pytest.fixture(autouse=True)
def _one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket's database work is done in the test's own transaction, whose connection must not be closed."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What open boards were told."""
    said: list[dict[str, Any]] = []
    monkeypatch.setattr(live, "publish_on_commit", lambda _salon, _topic, message: said.append(message))
    return said


def test_boards_are_told_of_each_change_without_a_word_of_it(desk: Desk, told: list[dict[str, Any]]) -> None:
    deal = desk.deal()
    with inside(desk.salon_id):
        moved = actions.move(deal, desk.stages["quoted"], by=None)
        tasks.create(tasks.NewTask(text="Ligar", deal=moved), by=None)
    name, pipeline = str(deal.public_id), str(deal.stage.pipeline.public_id)
    assert [one["deals"] for one in told] == [[(name, 1, pipeline)], [(name, 2, pipeline)], [(name, 0, "")]]
    assert "Noiva" not in str(told)


def test_a_socket_sends_what_the_page_has_missed(alice: Browser, vera: Browser, desk: Desk) -> None:
    deal = desk.deal()
    with inside(desk.salon_id):
        before = live.seq_of(clock.now())
        moved = actions.move(deal, desk.stages["quoted"], by=None)

    async def story() -> None:
        for person in (alice, vera):
            socket = Socket(person, f"/ws/deals/?after={before}")
            assert (await socket.connect(timeout=5))[0]
            missed = await socket.receive_json_from(timeout=5)
            assert missed["deals"] == [[str(deal.public_id), 2, str(moved.stage.pipeline.public_id)]]
            assert missed["seq"] == await sync_to_async(lambda: live.seq_of(moved.updated_at))()
            await socket.disconnect()
        again = Socket(alice, f"/ws/deals/?after={missed['seq']}&again=1")
        assert (await again.connect(timeout=5))[0]
        assert (await again.receive_json_from(timeout=5))["kind"] == "boards"
        await again.disconnect()

    play(story)


def test_cards_come_anew_as_the_filter_has_them(alice: Browser, bob: Browser, desk: Desk) -> None:
    mine, other = desk.deal("Minha", owner=alice.member, value_minor=100), desk.deal("Outra", value_minor=900)
    ids = [str(mine.public_id), str(other.public_id)]
    told = alice.get("/deals/cards/", {"id": ids}).json()
    assert set(told["cards"]) == set(ids)
    assert 'data-version="1"' in told["cards"][ids[0]]
    told = alice.get("/deals/cards/", {"id": [*ids, "x"], "owner": "me"}).json()
    assert list(told["cards"]) == ids[:1]
    assert told["totals"][str(desk.stages["new"].public_id)] == [1, "R$ 1"]
    # A drag on a filtered board counts what the board shows.
    answer = alice.post(f"/deals/{ids[0]}/move/?owner=me", {"stage": str(desk.stages["quoted"].public_id)},
                        headers={"accept": "application/json"}).json()  # fmt: skip
    assert [count for count, _ in answer["totals"].values()] == [0, 0, 1, 0, 0]
    policy._policy.cache_clear()
    with inside(desk.salon_id):
        policy.change({"own_only_roles": ["receptionist"]}, by=None)
    assert bob.get("/deals/cards/", {"id": ids}).json()["cards"] == {}
    policy._policy.cache_clear()


def test_who_was_first_is_named(alice: Browser, bob: Browser, desk: Desk) -> None:
    deal = desk.deal()
    assert move(bob, deal, desk.stages["contacted"]).status_code == 200
    answer = move(alice, deal, desk.stages["quoted"])
    assert answer.status_code == 409
    for word in (bob.member.name, "Noiva", desk.stages["contacted"].name):
        assert word in answer.json()["reason"]
    alice.post(f"/deals/{deal.public_id}/edit/", {"title": "Festa", "value": "", "currency": "BRL", "version": 2})
    assert alice.member.name in move(bob, deal, desk.stages["quoted"], version=2).json()["reason"]
    with inside(desk.salon_id):
        actions.move(desk.fresh(deal), desk.stages["quoted"], by=None)
    reason = move(bob, deal, desk.stages["new"], version=3).json()["reason"]
    assert (desk.stages["quoted"].name in reason, alice.member.name in reason, bob.member.name in reason) == (
        True,
        False,
        False,
    )


def test_ten_thousand_deals_in_a_stage(alice: Browser, desk: Desk, django_assert_max_num_queries: Any) -> None:
    first = desk.deal("first", value_minor=50)
    with inside(desk.salon_id), connection.cursor() as cursor:
        cursor.execute(MANY, [first.pk])
    alice.get_page("/deals/")
    # Two of them say which salon the connection is in.
    with django_assert_max_num_queries(12):
        page = alice.get("/deals/", headers={"hx-request": "true"}).content.decode()
    assert page.count("data-deal=") == 20
    assert f'<span class="board__count" data-count="{first.stage.public_id}">10000</span>' in page
    assert "9.999,50" in page or "9,999.50" in page
    # Every few seconds a page asks anew what the salon lives on.
    with django_assert_max_num_queries(2 + 12 + 1):
        alice.get_page("/deals/")
    with django_assert_max_num_queries(24):
        assert move(alice, first, desk.stages["quoted"]).json()["version"] == 2


def test_who_sees_their_own_only_hears_no_id_of_others(bob: Browser, desk: Desk) -> None:
    deal = desk.deal()
    with inside(desk.salon_id):
        before = live.seq_of(clock.now())
        actions.move(deal, desk.stages["quoted"], by=None)
        policy.change({"own_only_roles": ["receptionist"]}, by=None)

    async def story() -> None:
        socket = Socket(bob, f"/ws/deals/?after={before}")
        assert (await socket.connect(timeout=5))[0]
        assert await socket.receive_nothing()
        await socket.disconnect()

    play(story)
    policy.forget()
