"""/api/v1/connections/: connecting, looking, disconnecting (WA-015). Tokens go in and never come out (I26)."""

import json
from typing import Any

import pytest
from django.core.cache import cache

from channels_wa.messages.models import Message
from channels_wa.numbers.actions import pin_of, seal_token, token_of
from channels_wa.numbers.models import Number, Signup
from flows.models import Flow
from ops import clock
from ops.salon import inside
from tests.api.program import Program, fields, problem
from tests.numbers.meta import PNID, TOKEN, WABA, Meta
from tests.world import Salons

BODY = {"phone_number_id": PNID, "waba_id": WABA, "token": TOKEN}


@pytest.fixture
def program(salons: Salons, db: None) -> Program:
    cache.clear()
    return Program(salons.aurora)


@pytest.fixture
def connection(program: Program, meta: Meta) -> dict[str, Any]:
    answer = program.write("connections/", BODY)
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_a_number_is_connected_by_its_token(connection: dict[str, Any], meta: Meta) -> None:
    assert (connection["state"], connection["setup"], connection["messaging_limit"]) == ("active", None, 2000)
    number = Number.objects.get(phone_number_id=PNID)
    assert token_of(number) == TOKEN and number.connected_via == "api"
    assert TOKEN not in json.dumps(connection) and pin_of(number) not in json.dumps(connection)


def test_meta_is_asked_before_anything_is_kept(program: Program, meta: Meta) -> None:
    meta.refuse(PNID, 190)
    assert fields(program.write("connections/", BODY)) == ["token"]
    assert not Number.objects.filter(phone_number_id=PNID).exists()


@pytest.mark.parametrize(
    ("field", "value"), [("token", "a b"), ("waba_id", "../1"), ("phone_number_id", 7), ("pin", "12345"), ("name", "x")]
)
def test_odd_bodies_name_the_field(program: Program, meta: Meta, field: str, value: Any) -> None:
    assert fields(program.write("connections/", BODY | {field: value})) == [field]
    assert not meta.asked


def test_a_taken_number_is_a_conflict(program: Program, connection: dict[str, Any]) -> None:
    assert fields(program.write("connections/", BODY), 409) == ["phone_number_id"]


def test_what_is_left_to_do_is_told_and_goes_on_by_patch(program: Program, meta: Meta) -> None:
    meta.pins[PNID] = "135790"
    made = program.write("connections/", BODY).json()
    assert (made["state"], made["setup"]["step"], made["setup"]["field"]) == ("stopped", "register", "pin")
    after = program.write(f"connections/{made['id']}/", {"pin": "135790"}, method="patch").json()
    assert (after["state"], after["setup"]) == ("active", None)


def test_status_is_asked_of_meta_now(program: Program, connection: dict[str, Any], meta: Meta) -> None:
    meta.numbers[PNID]["quality_rating"] = "RED"
    found = program.ask(f"connections/{connection['id']}/status/")
    assert (found["quality"], found["stale"], found["problem"]) == ("RED", False, "")


def test_status_is_what_was_known_where_meta_does_not_answer(
    program: Program, connection: dict[str, Any], meta: Meta
) -> None:
    meta.refuse(PNID, 2)
    found = program.ask(f"connections/{connection['id']}/status/")
    assert (found["quality"], found["stale"], found["state"]) == ("GREEN", True, "active")


def test_a_refused_token_stops_the_number(program: Program, connection: dict[str, Any], meta: Meta) -> None:
    meta.refuse(PNID, 190)
    found = program.ask(f"connections/{connection['id']}/status/")
    assert found["state"] == "stopped" and found["reason"].startswith("190")


def test_stats_count_by_status(program: Program, number: Number) -> None:
    with inside(number.salon_id):
        for direction, status, contact in [("in", "read", 1), ("out", "sent", 1), ("out", "failed", 2)]:
            Message.objects.create(
                direction=direction, status=status, type="text", contact_id=contact, conversation_id=1,
                number_id=number.pk, at=clock.now(),
            )  # fmt: skip
    found = program.ask(f"connections/{number.public_id}/stats/")
    assert {name: found[name] for name in ("received", "sent", "failure_rate", "guests")} == {
        "received": 1,
        "sent": {"sent": 1, "failed": 1},
        "failure_rate": 0.5,
        "guests": 2,
    }


@pytest.mark.parametrize("query", [{"at_after": "x"}, {"from": "2026-01-01"}, {"at_after": "2020-01-01T00:00:00Z"}])
def test_stats_refuse_odd_times(program: Program, number: Number, query: dict[str, str]) -> None:
    assert fields(program.get(f"/api/v1/connections/{number.public_id}/stats/", query)) == list(query)


def test_a_cloud_number_has_no_pairing_code(program: Program, number: Number) -> None:
    problem(program.get(f"/api/v1/connections/{number.public_id}/qr/"), 409)


def test_a_code_with_one_number_connects_it(program: Program, meta: Meta) -> None:
    answer = program.write("connections/exchange/", {"code": "abc", "redirect_uri": "https://example.com/back/"})
    assert answer.status_code == 201 and answer.json()["phone_number_id"] == PNID
    assert meta.calls("GET", "oauth/access_token")[0]["redirect_uri"] == "https://example.com/back/"
    assert not Signup.objects.exists() and TOKEN not in answer.content.decode()


def test_a_code_with_several_numbers_asks_which(program: Program, meta: Meta) -> None:
    meta.add("600000000000002", WABA)
    offered = program.write("connections/exchange/", {"code": "abc"}).json()
    assert [one["phone_number_id"] for one in offered["numbers"]] == [PNID, "600000000000002"]
    chosen = {"exchange": offered["exchange"], "phone_number_id": "600000000000002"}
    assert program.write("connections/exchange/", chosen).status_code == 201
    assert fields(program.write("connections/exchange/", chosen)) == ["exchange"]


def test_an_exchange_is_its_own_programs(program: Program, meta: Meta, salons: Salons) -> None:
    meta.add("600000000000002", WABA)
    offered = program.write("connections/exchange/", {"code": "abc"}).json()
    chosen = {"exchange": offered["exchange"], "phone_number_id": PNID}
    for other in (Program(salons.aurora), Program(salons.other)):
        assert fields(other.write("connections/exchange/", chosen)) == ["exchange"]


def test_a_refused_code_leaves_nothing(program: Program, meta: Meta) -> None:
    meta.refuse("oauth/access_token", 100, "This authorization code has expired.")
    assert fields(program.write("connections/exchange/", {"code": "abc"})) == ["code"]
    assert not Signup.objects.exists()


def test_deleting_disconnects_and_frees_the_number(
    program: Program, connection: dict[str, Any], meta: Meta, salons: Salons
) -> None:
    address = f"/api/v1/connections/{connection['id']}/"
    assert program.delete(address).status_code == 204
    problem(program.get(address), 404)
    assert meta.calls("DELETE", "/subscribed_apps") and not meta.calls("POST", "/deregister")
    assert Program(salons.other).write("connections/", BODY).status_code == 201


def test_a_default_flow_of_another_salon_is_not_found(program: Program, number: Number, salons: Salons) -> None:
    with inside(salons.other.pk):
        flow = Flow.objects.create(name="theirs")
    body = {"default_flow": str(flow.public_id)}
    assert fields(program.write(f"connections/{number.public_id}/", body, method="patch"), 404) == ["default_flow"]


def test_who_may_only_look_changes_nothing(number: Number, meta: Meta, salons: Salons) -> None:
    seal_token(number, TOKEN)
    program = Program(salons.aurora, role="viewer")
    problem(program.write("connections/", BODY), 403)
    problem(program.delete(f"/api/v1/connections/{number.public_id}/"), 403)
    assert Number.objects.get(pk=number.pk).is_connected and not meta.asked
