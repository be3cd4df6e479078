"""The salon's program hears of alerts by a signed call (WA-013); what does not work is tried again and then shown."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from ops import safe_http
from ops.safe_http import Failed, Fetched
from ops.salon import inside
from tenants.alerts import webhook
from tenants.alerts.actions import clear_alert
from tenants.alerts.models import Alert, AlertDelivery, AlertWebhook, Level
from tenants.alerts.telling import WEBHOOK
from tests.alerts.conftest import deliver_all, tell
from tests.world import Browser, Salons

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/cadeira?key=secret"
SkipTime = Callable[[timedelta], None]


class Program:
    """The salon's program: remembers what it got, answers as told."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.answers: list[int | Exception] = []

    def fetch(self, url: str, **call: Any) -> Fetched:
        self.calls.append({"url": url, **call})
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return Fetched(answer, {}, url, b"")

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(call["body"]) for call in self.calls]


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Program:
    program = Program()
    monkeypatch.setattr(safe_http, "fetch", program.fetch)
    return program


@pytest.fixture
def secret(salons: Salons, alice: Browser, program: Program) -> str:
    """Of Aurora's webhook."""
    with inside(salons.aurora.pk):
        return webhook.save(URL, Level.WARNING, by=alice.member)


def kept(salons: Salons) -> AlertWebhook:
    with inside(salons.aurora.pk):
        return AlertWebhook.objects.get()


def test_a_call_can_be_checked_by_the_secret(salons: Salons, program: Program, secret: str) -> None:
    """standardwebhooks.com: v1,base64(HMAC-SHA256(id.timestamp.body))."""
    tell(salons)
    assert deliver_all(salons, WEBHOOK) == 1
    call = program.calls[0]
    signed = f"{call['headers']['webhook-id']}.{call['headers']['webhook-timestamp']}.".encode() + call["body"]
    mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert call["headers"]["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
    body = program.bodies()[0]
    assert (body["type"], body["data"]["kind"], body["data"]["level"]) == ("alert.raised", "number.stopped", "critical")


def test_what_matters_less_is_not_told(salons: Salons, program: Program, secret: str) -> None:
    tell(salons, level=Level.INFO)
    assert deliver_all(salons, WEBHOOK) == 0


def test_a_retry_has_the_same_id(salons: Salons, program: Program, secret: str, skip_time: SkipTime) -> None:
    program.answers = [500, Failed("ClientError")]
    tell(salons)
    for _ in range(3):
        deliver_all(salons, WEBHOOK)
        skip_time(timedelta(minutes=6))
    assert len({call["headers"]["webhook-id"] for call in program.calls}) == 1
    assert len(program.calls) == 3
    assert kept(salons).error == ""


def test_the_end_never_comes_before_the_beginning(
    salons: Salons, program: Program, secret: str, skip_time: SkipTime
) -> None:
    program.answers = [500]
    tell(salons)
    deliver_all(salons, WEBHOOK)
    clear_alert(salons.aurora.pk, "number:1:stopped")
    for _ in range(4):
        skip_time(timedelta(seconds=11))
        deliver_all(salons, WEBHOOK)
    assert [body["type"] for body in program.bodies()] == ["alert.raised", "alert.raised", "alert.cleared"]


def test_it_is_given_up_in_the_end_and_that_is_an_alert(
    salons: Salons, program: Program, secret: str, skip_time: SkipTime
) -> None:
    program.answers = [500] * 50
    tell(salons)
    for _ in range(20):
        deliver_all(salons, WEBHOOK)
        skip_time(timedelta(hours=11))
    with inside(salons.aurora.pk):
        assert Alert.objects.open().filter(kind="alert_webhook.failed").count() == 1
        assert set(AlertDelivery.objects.filter(channel="webhook").values_list("state", flat=True)) == {"dead"}
    assert kept(salons).error == "it answered HTTP 500"
    # The telling of its own failure is given up too, and no third one begins.
    assert len(program.calls) == 14


def test_one_that_wants_nothing_more_is_told_nothing(
    salons: Salons, program: Program, secret: str, skip_time: SkipTime
) -> None:
    program.answers = [410]
    tell(salons)
    deliver_all(salons, WEBHOOK)
    skip_time(timedelta(minutes=1))
    deliver_all(salons, WEBHOOK)
    assert (len(program.calls), kept(salons).is_active) == (1, False)


@pytest.mark.parametrize("url", [
    "http://127.0.0.1/x", "http://localhost:8000/", "http://169.254.169.254/latest/", "ftp://example.com/",
    "https://user:pass@example.com/", "http://intranet/", "https://example.com:22/",
])  # fmt: skip
def test_inner_addresses_are_refused(salons: Salons, alice: Browser, program: Program, url: str) -> None:
    """I24: nothing of the inside can be reached by an address that a user gives."""
    answer = alice.post("/settings/alerts/ways/webhook/", {"url": url, "level": "warning"})
    assert answer.status_code == 422
    with inside(salons.aurora.pk):
        assert not AlertWebhook.objects.exists()


def test_the_secret_lies_sealed_and_is_shown_once(salons: Salons, alice: Browser, program: Program) -> None:
    """I26."""
    answer = alice.post("/settings/alerts/ways/webhook/", {"url": URL, "level": "info"}).content.decode()
    secret = answer.partition('class="secret">')[2].partition("<")[0]
    assert secret.startswith("whsec_")
    assert secret not in alice.get_page("/settings/alerts/ways/")
    with inside(salons.aurora.pk), connection.cursor() as cursor:
        cursor.execute("SELECT alert_webhook::text FROM alert_webhook")
        assert secret.removeprefix("whsec_").encode().hex() not in cursor.fetchone()[0]
        assert webhook.secrets_of(AlertWebhook.objects.get()) == [secret]


def test_for_a_day_both_secrets_sign(
    salons: Salons, alice: Browser, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TN-008: a program changes over without missing a call."""
    answer = alice.post("/settings/alerts/ways/webhook/secret/").content.decode()
    newer = answer.partition('class="secret">')[2].partition("<")[0]
    with inside(salons.aurora.pk):
        both = webhook.secrets_of(AlertWebhook.objects.get())
        assert both == [newer, secret]
        signatures = webhook.signed("1", 1, b"{}", *both)["webhook-signature"].split()
        assert signatures == [webhook.signed("1", 1, b"{}", one)["webhook-signature"] for one in (newer, secret)]
        monkeypatch.setattr(webhook, "OVERLAP", timedelta(seconds=-1))
        newest = webhook.renew_secret(by=alice.member)
        assert webhook.secrets_of(AlertWebhook.objects.get()) == [newest]


def test_the_audit_log_has_no_key_of_the_address(salons: Salons, alice: Browser, secret: str) -> None:
    from tenants.audit.models import AuditEntry

    with inside(salons.aurora.pk):
        assert "secret" not in repr(AuditEntry.objects.filter(action="alert_webhook.saved").values_list("after"))


def test_a_dead_telling_can_be_tried_again(
    salons: Salons, alice: Browser, program: Program, secret: str, skip_time: SkipTime
) -> None:
    with inside(salons.aurora.pk):
        webhook.test()
    program.answers = [500]
    deliver_all(salons, WEBHOOK)
    with inside(salons.aurora.pk):
        test = AlertDelivery.objects.get(what="test")
    assert test.state == "dead"
    alice.post(f"/settings/alerts/ways/told/{test.public_id}/again/")
    assert deliver_all(salons, WEBHOOK) == 1
    with inside(salons.aurora.pk):
        assert AlertDelivery.objects.get(what="test").state == "sent"
