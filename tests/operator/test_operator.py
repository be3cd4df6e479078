"""The operator's pages: who may see them, what they show, what they do, and that it is noted."""

from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from billing.plans.models import Plan
from channels_wa.inbound import contents, drain
from channels_wa.inbound.models import InboxItem
from channels_wa.messages.models import Message
from channels_wa.numbers.actions import NewNumber, connect
from channels_wa.outbox.models import OutboxItem
from ops import clock
from ops.eventqueue.models import EventItem
from ops.salon import run_in_salon
from ops.timers.models import Timer
from tenants.access.keys import find_key, make_key
from tenants.access.models import ApiKey
from tenants.accounts.models import User
from tenants.operators.models import OperatorAct
from tenants.salons.models import Salon
from tests.incoming import delivery, keep, text_message
from tests.world import Browser, Salons

PAGES = sorted(f"/operator/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry)


def do(client: Client, page: str, action: str, *pks: object) -> Any:
    """Use an action of a list."""
    return client.post(
        f"/operator/{page}/", {"action": action, "_selected_action": [str(pk) for pk in pks]}, follow=True
    )


@pytest.mark.parametrize("page", ["/operator/", *PAGES])
def test_an_operator_sees_every_page(operator: Client, quarantined: InboxItem, page: str) -> None:
    assert operator.get(page).status_code == 200


@pytest.mark.parametrize("page", ["/operator/", *PAGES])
def test_an_owner_sees_none(owner: Client, page: str) -> None:
    assert owner.get(page).status_code in (302, 403)
    assert owner.get(page, follow=True).status_code == 403


def test_a_stranger_goes_through_the_one_login(salons: Salons, db: None) -> None:
    client = Client(headers={"host": "cadeira.localhost:8000"})
    answer = client.get("/operator/salons/salon/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=")


def test_no_page_stands_on_a_salons_host(alice: Browser) -> None:
    User.objects.filter(pk=alice.user.pk).update(is_staff=True)
    assert alice.get("/operator/").status_code == 404


def test_the_first_page_names_what_there_is(operator: Client) -> None:
    page = operator.get("/operator/").content.decode()
    for path in PAGES:
        assert path in page


def test_no_page_holds_inline_style_or_script(operator: Client, quarantined: InboxItem) -> None:
    import re

    for page in ("/operator/", *PAGES, f"/operator/inbound/inboxitem/{quarantined.pk}/change/"):
        html = operator.get(page).content.decode()
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style", html), page
        assert not re.findall(r"<script(?![^>]*(?:src=|type=\"application/json\"|nonce=))", html), page


def test_suspending_a_salon_closes_it_and_is_noted(operator: Client, salons: Salons) -> None:
    do(operator, "salons/salon", "suspend", salons.aurora.pk)
    assert Salon.objects.get(pk=salons.aurora.pk).state == "suspended"
    act = OperatorAct.objects.get()
    assert (act.email, act.action, act.kind, act.subjects) == (
        "olga@example.com", "salon.suspended", "salons.salon", [str(salons.aurora.pk)],
    )  # fmt: skip
    do(operator, "salons/salon", "resume", salons.aurora.pk)
    assert Salon.objects.get(pk=salons.aurora.pk).state == "active"


def test_an_act_that_fails_is_not_noted(operator: Client, salons: Salons, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_salon: Salon) -> bool:
        raise RuntimeError

    monkeypatch.setattr("tenants.salons.admin.suspend_salon", fail)
    with pytest.raises(RuntimeError):
        do(operator, "salons/salon", "suspend", salons.aurora.pk)
    assert not OperatorAct.objects.exists()


def test_what_operators_did_is_never_rewritten(operator: Client, salons: Salons) -> None:
    do(operator, "salons/salon", "suspend", salons.aurora.pk)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        OperatorAct.objects.all().delete()


def test_a_bad_item_is_shown_with_its_bytes_for_a_reason(operator: Client, salons: Salons) -> None:
    keep(b'{"entry": [ \x00\xff')
    drain.run()
    item = InboxItem.objects.get()
    assert "bytes that are no JSON" in operator.get(f"/operator/inbound/inboxitem/{item.pk}/change/").content.decode()
    address = f"/operator/gate/delivery/{item.delivery_id}/change/"
    assert "\\x00\\xff" in operator.post(address, {"reason": "what did Meta send"}).content.decode()


def test_bad_items_come_first(operator: Client, quarantined: InboxItem) -> None:
    InboxItem.objects.create(
        delivery_id=quarantined.delivery_id, index=7, kind="message", state="done", due_at=clock.real()
    )
    assert len(operator.get("/operator/inbound/inboxitem/").context["cl"].result_list) == 1
    assert len(operator.get("/operator/inbound/inboxitem/?state=all").context["cl"].result_list) == 2


def test_try_again_leaves_an_item_whose_number_is_still_unknown(operator: Client, quarantined: InboxItem) -> None:
    page = do(operator, "inbound/inboxitem", "try_again", quarantined.pk).content.decode()
    assert "0 of 1 will be tried again." in page
    quarantined.refresh_from_db()
    assert quarantined.state == "quarantined"


def test_try_again_brings_an_item_to_life_once_its_number_is_connected(
    operator: Client, quarantined: InboxItem, salons: Salons
) -> None:
    connect(salons.aurora.pk, NewNumber("999", "9", "+55 11 9999-9999", token="t"))
    assert "1 of 1" in do(operator, "inbound/inboxitem", "try_again", quarantined.pk).content.decode()
    # The workers' routes are a few seconds old at most, and so long the item waits.
    quarantined.refresh_from_db()
    assert quarantined.due_at > clock.real()
    InboxItem.objects.update(due_at=clock.real())
    contents._routes.cache_clear()
    drain.run()
    assert run_in_salon(salons.aurora.pk, lambda: Message.objects.get(wamid="wamid.late").text) == "oi"
    assert OperatorAct.objects.get().action == "inbox.tried_again"


def queued(salons: Salons, **fields: Any) -> OutboxItem:
    """A message of Aurora on its way out."""
    keep(delivery("1" * 15, text_message("oi", wamid="wamid.q")))
    drain.run()
    if (found := OutboxItem.objects.first()) is None:
        raise AssertionError("the welcome flow answers nothing")
    OutboxItem.objects.filter(pk=found.pk).update(**fields)
    found.refresh_from_db()
    return found


def status_of(salons: Salons, item: OutboxItem) -> str:
    return run_in_salon(salons.aurora.pk, lambda: Message.objects.get(pk=item.message_id).status)


@pytest.fixture
def welcome(salons: Salons, db: None) -> None:
    """The welcome flow at Aurora."""
    from flows.gallery.install import install

    run_in_salon(salons.aurora.pk, lambda: install("welcome") and None)


def test_a_message_of_unknown_fate_is_sent_again(operator: Client, salons: Salons, welcome: None) -> None:
    item = queued(salons, state="settled", outcome="unknown", settled_at=clock.now())
    assert "1 of 1" in do(operator, "outbox/outboxitem", "send_again", item.pk).content.decode()
    item.refresh_from_db()
    assert (item.state, item.resent, status_of(salons, item)) == ("queued", True, "queued")


def test_a_message_that_waits_is_discarded(operator: Client, salons: Salons, welcome: None) -> None:
    item = queued(salons)
    do(operator, "outbox/outboxitem", "discard", item.pk)
    item.refresh_from_db()
    assert (item.state, item.outcome, status_of(salons, item)) == ("settled", "cancelled", "cancelled")


def test_what_has_left_is_neither_discarded_nor_sent_again(operator: Client, salons: Salons, welcome: None) -> None:
    item = queued(salons, state="settled", outcome="accepted", settled_at=clock.now())
    for action in ("discard", "send_again"):
        assert "0 of 1" in do(operator, "outbox/outboxitem", action, item.pk).content.decode()
    item.refresh_from_db()
    assert (item.state, item.outcome) == ("settled", "accepted")


@pytest.mark.parametrize("where", ["open", "unknown", "failed", "cancelled", "accepted", "nonsense"])
def test_the_outbox_is_filtered(operator: Client, where: str) -> None:
    assert operator.get(f"/operator/outbox/outboxitem/?where={where}").status_code == 200


def test_a_dead_timer_and_a_dead_event_are_tried_again(operator: Client) -> None:
    timer = Timer.objects.create(kind="x", subject="1", due_at=clock.now(), state="dead", attempts=8)
    event = EventItem.objects.create(
        salon_id=1, event_id=1, kind="x", handler="x", order_key="x", due_at=clock.real(), state="dead", attempts=8
    )
    do(operator, "timers/timer", "try_again", timer.pk)
    do(operator, "eventqueue/eventitem", "try_again", event.pk)
    for row in (timer, event):
        row.refresh_from_db()
        assert (row.state, row.attempts, row.fence) == ("pending", 0, 1)


def test_a_job_is_paused_until_it_is_resumed(operator: Client) -> None:
    call_command("write_schedule")
    job, changed = PeriodicTask.objects.get(name="inbox"), PeriodicTasks.last_change()
    do(operator, "django_celery_beat/periodictask", "pause", job.pk)
    call_command("write_schedule")
    assert not PeriodicTask.objects.get(pk=job.pk).enabled, "a release does not switch it on"
    assert PeriodicTasks.last_change() != changed, "beat hears of it"
    do(operator, "django_celery_beat/periodictask", "resume", job.pk)
    assert PeriodicTask.objects.get(pk=job.pk).enabled
    assert list(OperatorAct.objects.order_by("id").values_list("action", flat=True)) == ["job.paused", "job.resumed"]


@pytest.mark.parametrize("page", ["auth/group", "account/emailaddress", "django_celery_beat/crontabschedule"])
def test_no_page_of_a_framework_is_a_door_nobody_notes(chief: Client, page: str) -> None:
    assert chief.get(f"/operator/{page}/").status_code == 404


def test_a_leaked_key_is_revoked(operator: Client, salons: Salons) -> None:
    key = make_key(salons.aurora.pk, name="x")
    do(operator, "access/apikey", "revoke", ApiKey.objects.get().pk)
    assert find_key(key) is None


def test_a_plan_is_edited_and_the_change_is_noted(operator: Client) -> None:
    plan = Plan.objects.first()
    assert plan is not None
    page = f"/operator/plans/plan/{plan.pk}/change/"
    operator.post(page, {"name": plan.name, "limits": '{"messages_per_second": 3}', "order": 1})
    assert plan.current.limits == {"messages_per_second": 3}
    assert OperatorAct.objects.get().details["limits"][1] == {"messages_per_second": 3}


@pytest.mark.parametrize("limits", ["[]x", '{"a": "many"}', '{"a": -1}', '{"a": true}', "[1]"])
def test_a_plan_takes_no_limits_that_cannot_be_read(operator: Client, limits: str) -> None:
    plan = Plan.objects.first()
    assert plan is not None
    answer = operator.post(f"/operator/plans/plan/{plan.pk}/change/", {"name": "x", "limits": limits, "order": 1})
    assert answer.status_code == 200
    plan.refresh_from_db()
    assert plan.name != "x"


def test_a_login_is_switched_off(operator: Client, alice: Browser) -> None:
    operator.post(f"/operator/accounts/user/{alice.user.pk}/change/", {"name": "Alice"})
    assert not User.objects.get(pk=alice.user.pk).is_active
    assert alice.get("/").status_code == 302


def test_an_operator_makes_nobody_an_operator(operator: Client, alice: Browser) -> None:
    data = {"name": "Alice", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    operator.post(f"/operator/accounts/user/{alice.user.pk}/change/", data)
    me = User.objects.get(email="olga@example.com")
    operator.post(f"/operator/accounts/user/{me.pk}/change/", data)
    assert not User.objects.filter(is_superuser=True).exists()
    assert not User.objects.get(pk=alice.user.pk).is_staff


@pytest.mark.parametrize(
    "path", ["salons/salon/add", "accounts/user/add", "inbound/inboxitem/add", "operators/operatoract/add"]
)
def test_nothing_is_added_by_hand(chief: Client, path: str) -> None:
    assert chief.get(f"/operator/{path}/").status_code == 403


def test_nothing_is_deleted_by_hand(chief: Client, salons: Salons) -> None:
    assert chief.post(f"/operator/salons/salon/{salons.aurora.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Salon.objects.filter(pk=salons.aurora.pk).exists()
