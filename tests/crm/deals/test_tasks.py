"""CR-002: tasks, and whoever owns one is reminded once."""

from datetime import timedelta

from crm.deals.actions import tasks
from crm.deals.actions.tasks import NewTask
from crm.deals.models import Task
from ops import clock
from ops.events.models import Event
from ops.salon import inside
from ops.timers.models import Timer
from ops.timers.registry import Due, handler_of
from tenants.alerts.models import Alert
from tests.crm.deals.conftest import Desk
from tests.world import Browser


def test_it_is_made_with_its_reminder(desk: Desk, alice: Browser) -> None:
    deal, due = desk.deal(), clock.now() + timedelta(hours=1)
    with inside(desk.salon_id):
        task = tasks.create(NewTask(text="Ligar", deal=deal, owner=alice.member, due_at=due), by=alice.member)
        event = Event.objects.get(kind="task.created")
    timer = Timer.objects.get(kind="task.due", salon_id=desk.salon_id)
    assert (task.contact_id, event.payload["contact_id"]) == (desk.contact.pk, desk.contact.pk)
    assert (timer.subject, timer.due_at, timer.version) == (str(task.pk), due, 1)


def test_its_owner_is_told_once(desk: Desk, alice: Browser) -> None:
    with inside(desk.salon_id):
        task = tasks.create(NewTask(text="Ligar", owner=alice.member, due_at=clock.now()), by=None)
        for _ in range(2):
            handler_of("task.due")([Due(str(task.pk), 1)])
        alert = Alert.objects.get(kind="task.due")
        assert Task.objects.get().reminded_at is not None
    assert "Alice" in alert.title_words
    assert "Ligar" in alert.title_words


def test_another_moment_makes_the_older_reminder_none(desk: Desk) -> None:
    with inside(desk.salon_id):
        task = tasks.create(NewTask(text="Ligar", due_at=clock.now()), by=None)
        changed = tasks.change(task, {"due_at": clock.now() + timedelta(days=1)}, by=None)
        handler_of("task.due")([Due(str(task.pk), 1)])
        assert not Alert.objects.exists()
    assert changed.version == 2
    assert list(Timer.objects.filter(kind="task.due").values_list("version", flat=True)) == [2]


def test_what_is_done_reminds_nobody(desk: Desk, alice: Browser) -> None:
    with inside(desk.salon_id):
        task = tasks.create(NewTask(text="Ligar", contact=desk.contact, due_at=clock.now()), by=None)
        handler_of("task.due")([Due(str(task.pk), 1)])
        done = tasks.finish(task, by=alice.member)
        assert not Alert.objects.open().exists()
        assert Event.objects.filter(kind="task.done").get().payload["contact_id"] == desk.contact.pk
        again = tasks.take_up(done, by=alice.member)
    assert (done.done_by, again.done_at) == (alice.member, None)
    assert not Timer.objects.filter(kind="task.due").exists()
