"""Limits, quality, restrictions and preferences, as Meta tells and enforces them (FR-WA-013, WHATSAPP.md §4, §6)."""

from typing import Any

import pytest

from tests.sandbox.outside import Client, Receiver, error_of, wamid_of

GREETING: dict[str, Any] = {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}}
GUEST = "5511999990000"
DAY = 86_400


def told(receiver: Receiver, field: str) -> dict[str, Any]:
    """The next change, which must be of this field and this account."""
    entry = receiver.delivery()["body"]["entry"][0]
    assert (entry["id"], entry["changes"][0]["field"]) == ("222", field)
    return dict(entry["changes"][0]["value"])


def form(world: Client, form_name: str, **fields: Any) -> None:
    status, answer = world.control("webhook", {"form": form_name, "phone_number_id": "111", **fields})
    assert status == 200, answer


def failed(world: Client, receiver: Receiver, to: str = GUEST) -> int:
    """The code with which a marketing template fails."""
    offer = {"name": "hello_world", "language": {"code": "en_US"}}
    (status,) = receiver.statuses(wamid_of(world.send(f"+{to}", type="template", template=offer)), 1)
    if status["status"] != "failed":
        return 0
    assert "pricing" not in status
    code: int = status["errors"][0]["code"]
    return code


@pytest.fixture
def marketing(world: Client, receiver: Receiver) -> None:
    """hello_world is marketing here."""
    world.graph("GET", "222/message_templates")
    world.control("templates", {"waba_id": "222", "name": "hello_world", "category": "MARKETING"})
    told(receiver, "template_category_update")


def test_any_field_and_value_can_be_told(world: Client, receiver: Receiver) -> None:
    assert world.control("webhook", {"field": "flows", "value": {"a": 1}, "waba_id": "222"})[0] == 200
    entry = receiver.delivery()["body"]["entry"][0]
    assert entry["changes"] == [{"field": "flows", "value": {"a": 1}}] and entry["time"] > 0


def test_many_changes_come_in_one_delivery(world: Client, receiver: Receiver) -> None:
    changes = [{"field": "flows", "value": {"n": n}, "waba_id": "222"} for n in range(1000)]
    assert world.control("webhook", {"changes": changes})[1]["told"] == 1000
    (entry,) = receiver.delivery()["body"]["entry"]
    assert [change["value"]["n"] for change in entry["changes"]] == list(range(1000))


def test_a_whole_body_goes_as_it_is(world: Client, receiver: Receiver) -> None:
    body = {"object": "whatsapp_business_account", "entry": {"id": 222, "changes": []}}
    world.control("webhook", {"body": body})
    assert receiver.delivery()["body"] == body


def test_quality_falls_and_recovers(world: Client, receiver: Receiver) -> None:
    form(world, "phone_number_quality_update", quality="RED")
    assert told(receiver, "phone_number_quality_update")["event"] == "FLAGGED"
    number = world.graph("GET", "111?fields=quality_rating,status")[1]
    assert (number["quality_rating"], number["status"]) == ("RED", "FLAGGED")
    form(world, "phone_number_quality_update", quality="GREEN")
    assert told(receiver, "phone_number_quality_update")["event"] == "UNFLAGGED"


def test_a_number_becomes_faster(world: Client, receiver: Receiver) -> None:
    form(world, "phone_number_quality_update", throughput_mps=1000)
    assert told(receiver, "phone_number_quality_update")["event"] == "THROUGHPUT_UPGRADE"
    assert world.graph("GET", "111?fields=throughput")[1]["throughput"] == {"level": "HIGH"}


def test_a_portfolio_reaches_so_many_people_a_day(world: Client, receiver: Receiver) -> None:
    second = {"phone_number_id": "112", "waba_id": "222", "display_phone": "+55 11 4000-0002"}
    world.control("numbers", second)
    form(world, "business_capability_update", limit=2)
    assert told(receiver, "business_capability_update")["max_daily_conversations_per_business"] == 2
    assert (
        world.graph("GET", "111?fields=whatsapp_business_manager_messaging_limit")[1][
            "whatsapp_business_manager_messaging_limit"
        ]
        == "TIER_2"
    )
    wamid_of(world.send("+5511900000001", **GREETING))
    wamid_of(world.send("+5511900000002", "112", **GREETING))  # the limit is shared
    wamid_of(world.send("+5511900000001", "112", **GREETING))  # the same person counts once
    assert error_of(world.send("+5511900000003", **GREETING))[0] == 131048
    world.control("inbound", {"phone_number_id": "111", "from": "5511900000003", "text": "oi"})
    wamid_of(world.send("+5511900000003", **GREETING))  # inside the window nothing is counted
    world.control("clock", {"offset_s": DAY + 1})
    wamid_of(world.send("+5511900000004", **GREETING))


def test_a_restriction_stops_templates_for_days(world: Client, receiver: Receiver) -> None:
    form(world, "account_update", event="restriction", days=3)
    value = told(receiver, "account_update")
    assert value["event"] == "ACCOUNT_RESTRICTION" and value["restriction_info"][0]["expiration"]
    assert error_of(world.send(**GREETING))[0] == 368
    wamid_of(world.send())
    world.control("clock", {"offset_s": 3 * DAY + 60})
    world.control("inbound", {"phone_number_id": "111", "from": GUEST, "text": "oi"})
    wamid_of(world.send(**GREETING))


def test_a_ban_stops_everything_until_reinstated(world: Client, receiver: Receiver) -> None:
    form(world, "account_update", event="schedule_ban")
    assert told(receiver, "account_update")["ban_info"]["waba_ban_state"] == "SCHEDULE_FOR_DISABLE"
    wamid_of(world.send())
    world.control("settings", {"statuses": False})
    receiver.forget()
    form(world, "account_update", event="ban")
    assert error_of(world.send())[0] == 131031
    assert world.graph("GET", "222?fields=status")[1]["status"] == "DISABLED"
    form(world, "account_update", event="reinstate")
    wamid_of(world.send())


@pytest.mark.parametrize(
    ("name", "fields", "held"),
    [
        ("account_alerts", {"severity": "CRITICAL"}, "alert_info"),
        ("account_review_update", {"decision": "REJECTED"}, "decision"),
        ("phone_number_name_update", {"name": "X", "decision": "REJECTED", "reason": "BAD"}, "rejection_reason"),
        ("account_update", {"event": "violation"}, "violation_info"),
        ("account_update", {"event": "delete"}, "event"),
    ],
)
def test_other_forms(world: Client, receiver: Receiver, name: str, fields: dict[str, Any], held: str) -> None:
    form(world, name, **fields)
    assert told(receiver, name)[held]


@pytest.mark.usefixtures("marketing")
def test_who_stopped_marketing_gets_none(world: Client, receiver: Receiver) -> None:
    form(world, "user_preferences", **{"from": GUEST, "value": "stop"})
    (preference,) = told(receiver, "user_preferences")["user_preferences"]
    assert (preference["wa_id"], preference["value"]) == (GUEST, "stop") and isinstance(preference["timestamp"], int)
    assert failed(world, receiver) == 131050
    assert failed(world, receiver, "5511900000001") == 0
    wamid_of(world.send())
    form(world, "user_preferences", **{"from": GUEST, "value": "resume"})
    assert failed(world, receiver) == 0


@pytest.mark.usefixtures("marketing")
def test_a_user_takes_so_much_marketing(world: Client, receiver: Receiver) -> None:
    world.control("settings", {"marketing_per_user": 1})
    assert [failed(world, receiver) for _ in range(2)] == [0, 131049]
    world.control("clock", {"offset_s": DAY + 60})
    assert failed(world, receiver) == 0


def test_a_guest_can_be_out_of_reach(world: Client, receiver: Receiver) -> None:
    world.control("users", {"user": f"+{GUEST}", "code": 131026})
    (status,) = receiver.statuses(wamid_of(world.send(biz_opaque_callback_data="v1.a")), 1)
    assert (status["status"], status["errors"][0]["code"], status["biz_opaque_callback_data"]) == (
        *("failed", 131026),
        "v1.a",
    )
    world.control("users", {"user": GUEST, "code": None})
    assert receiver.statuses(wamid_of(world.send()), 1)[0]["status"] == "sent"


def test_the_next_message_fails_later(world: Client, receiver: Receiver) -> None:
    world.control("faults", {"fault": "failed_status", "code": 131000})
    assert receiver.statuses(wamid_of(world.send()), 1)[0]["errors"][0]["code"] == 131000


def test_whether_failures_echo_is_a_setting(world: Client, receiver: Receiver) -> None:
    world.control("settings", {"failed_callback": False})
    world.control("faults", {"fault": "failed_status"})
    (status,) = receiver.statuses(wamid_of(world.send(biz_opaque_callback_data="v1.a")), 1)
    assert "biz_opaque_callback_data" not in status
    world.control("settings", {"failed_callback": True})


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"form": "nothing"}, "form"),
        ({"form": "account_update", "waba_id": "222"}, "event"),
        ({"form": "account_update", "waba_id": "9", "event": "ban"}, "waba_id"),
        ({"form": "business_capability_update", "waba_id": "222"}, "limit"),
        ({"form": "user_preferences", "phone_number_id": "111", "from": "5511"}, "value"),
        ({"field": "flows", "waba_id": "222"}, "value"),
        ({"changes": []}, "changes"),
        ({"value": {}}, "field"),
    ],
)
def test_a_bad_wish_names_the_field(world: Client, wish: dict[str, Any], field: str) -> None:
    status, answer = world.control("webhook", wish)
    assert (status, answer["field"]) == (400, field)
