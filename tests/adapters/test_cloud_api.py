"""The Cloud API adapter keeps the contract against the sandbox, and reads every kind of answer."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from channels_wa.adapters.cloud_api import answer, body
from channels_wa.adapters.cloud_api.adapter import CloudApiAdapter
from channels_wa.adapters.outcome import Accepted, ErrorClass, Outcome, Rejected, Unknown
from config.env import env
from tests.adapters.contract import SENDER, AdapterContract, Provider, message
from tests.adapters.graph import Graph

GUEST = "5511944440000"


class Sandboxed(Provider):
    """What the sandbox remembers."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def accepted(self) -> Sequence[str]:
        bodies = [row["body"] for row in self.graph.ledger()]
        return [(body.get("to") or body["recipient"]).lstrip("+") for body in bodies]

    def refuse(self, code: int) -> None:
        self.graph.fault("error", code=code)

    def be_unreadable(self) -> None:
        self.graph.fault("html")

    def guest_writes(self) -> str:
        wish = {"phone_number_id": SENDER.phone_number_id, "from": GUEST, "text": "Oi"}
        return str(self.graph.ask("inbound", wish)["wamid"])

    def was_read(self, wamid: str) -> bool:
        [written] = [one for one in self.graph.talk(SENDER.phone_number_id, GUEST) if one["wamid"] == wamid]
        return bool(written["state"] == "read")


@pytest.fixture
async def adapter(graph: Graph) -> AsyncIterator[CloudApiAdapter]:
    made = CloudApiAdapter(graph.url, call_timeout_s=1.0)
    yield made
    await made.close()


class TestCloudApi(AdapterContract):
    """See the contract."""

    @pytest.fixture
    def provider(self, graph: Graph) -> Provider:
        return Sandboxed(graph)


async def test_the_phone_has_its_plus_and_the_word_goes_with_it(adapter: CloudApiAdapter, graph: Graph) -> None:
    await adapter.send_many([message(recipient="5511999990000", reply_to="wamid.in")])
    [row] = graph.ledger()
    assert row["body"]["to"] == "+5511999990000"
    assert row["biz_opaque_callback_data"] == "v1.a-1.mac"
    assert row["body"]["context"] == {"message_id": "wamid.in"}


@pytest.mark.parametrize("field", ["recipient", "to"])
async def test_a_setting_decides_what_carries_a_bsuid(
    adapter: CloudApiAdapter, graph: Graph, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    """WHATSAPP.md §11."""
    monkeypatch.setattr(env, "whatsapp_bsuid_field", field)
    await adapter.send_many([message(recipient_kind="bsuid", recipient="BR.13491208655302741918")])
    [row] = graph.ledger()
    assert row["body"][field] == "BR.13491208655302741918"
    assert not {"recipient", "to"} - {field} & row["body"].keys()


@pytest.mark.parametrize(
    ("kind", "payload", "expected"),
    [
        ("image", {"media": "77", "caption": "Antes"}, {"id": "77", "caption": "Antes"}),
        ("video", {"id": "77"}, {"id": "77"}),
        ("audio", {"media": "77", "voice": True}, {"id": "77", "voice": True}),
        ("sticker", {"link": "https://a.example/a.webp"}, {"link": "https://a.example/a.webp"}),
        ("reaction", {"to": "wamid.A", "emoji": ""}, {"message_id": "wamid.A", "emoji": ""}),
        (
            "template",
            {"name": "a", "language": {"code": "pt_BR"}, "components": [], "shown": {"footer": "x"}},
            {"name": "a", "language": {"code": "pt_BR"}},
        ),
    ],
)
def test_meta_gets_what_it_wants_and_nothing_else(kind: str, payload: dict[str, Any], expected: dict[str, Any]) -> None:
    """FR-WA-003: what stands in the payload for the bubble stays here."""
    sent = json.loads(body.encode(message(type=kind, payload=payload, reply_to="wamid.R")))
    assert sent[kind] == expected
    assert ("context" in sent) == (kind != "reaction")


@pytest.mark.parametrize("fault", ["timeout_after_accept", "500_after_accept", "html", "no_id"])
async def test_i14_what_may_have_been_accepted_is_unknown(adapter: CloudApiAdapter, graph: Graph, fault: str) -> None:
    graph.fault(fault)
    [outcome] = await adapter.send_many([message()])
    assert isinstance(outcome, Unknown)
    assert len(graph.ledger()) == 1


async def test_a_connection_that_was_never_made_sent_nothing() -> None:
    nobody = CloudApiAdapter("http://127.0.0.1:1")
    [outcome] = await nobody.send_many([message()])
    await nobody.close()
    assert isinstance(outcome, Rejected) and outcome.error_class is ErrorClass.NOT_SENT


async def test_an_expired_token_stops_the_account(adapter: CloudApiAdapter, graph: Graph) -> None:
    graph.fault("token_expired")
    [outcome] = await adapter.send_many([message()])
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.error_class) == (190, ErrorClass.ACCOUNT_STOP)


async def test_a_message_that_cannot_be_written_is_refused_alone(adapter: CloudApiAdapter, graph: Graph) -> None:
    bad = message(type="interactive", payload={"type": "buttons"})
    outcomes = await adapter.send_many([bad, message()])
    assert isinstance(outcomes[0], Rejected) and isinstance(outcomes[1], Accepted)


def error(code: object) -> bytes:
    return json.dumps({"error": {"code": code, "message": "m", "error_data": {"details": "d"}}}).encode()


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b'{"messages":[{"id":"wamid.A"}]}', Accepted("wamid.A")),
        (200, b'{"messages":[]}', Unknown),
        (200, b'{"messages":[{"id":7}]}', Unknown),
        (200, b"null", Unknown),
        (200, b"[" * 100_000, Unknown),
        (302, b"", Unknown),
        (400, b"<html>", Unknown),
        (500, error(131000), Unknown),
        (400, error(131000), Rejected(131000, ErrorClass.TRANSIENT, "d")),
        (400, error(999999), Rejected(999999, ErrorClass.CONTENT, "d")),
        (400, error("131000"), Unknown),
        (429, b"", Rejected(None, ErrorClass.SLOW_NUMBER, "HTTP 429")),
        (429, error(131056), Rejected(131056, ErrorClass.SLOW_PAIR, "d")),
        (403, error(210), Rejected(210, ErrorClass.ACCOUNT_STOP, "d")),
    ],
)
def test_every_answer_is_read(status: int, body: bytes, expected: Outcome | type[Unknown]) -> None:
    found = answer.read(status, body, {})
    assert isinstance(found, Unknown) if expected is Unknown else found == expected


def test_meta_says_how_long_to_wait() -> None:
    usage = {"X-Business-Use-Case-Usage": json.dumps({"1": [{"estimated_time_to_regain_access": 2}]})}
    found = answer.read(400, error(80007), usage)
    assert isinstance(found, Rejected) and found.wait_s == 120
