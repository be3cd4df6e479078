"""CR-002, FL-002, FL-003: flows move deals and write tasks, and begin by what happens to deals."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from crm.contacts.models import Contact
from crm.deals import actions
from crm.deals.defaults import default_pipeline
from crm.deals.models import Deal, Stage, Task
from flows.models import FlowStep
from ops import clock
from ops.eventqueue import handling
from ops.events.models import Event
from ops.salon import inside
from tests.flows.runtime.conftest import Chat, say
from tests.flows.runtime.test_effects import does


def stage(chat: Chat, place: int) -> Stage:
    with inside(chat.salon_id):
        return Stage.objects.filter(pipeline=default_pipeline()).order_by("order")[place]


def step(chat: Chat, place: int, **more: Any) -> dict[str, Any]:
    return {"id": f"d{place}", "type": "move_deal", "stage": str(stage(chat, place).public_id), **more}


def test_a_deal_is_made_and_the_same_one_moved(chat: Chat) -> None:
    does(chat, step(chat, 0, title="Noiva", value="89.9"), step(chat, 2))
    with inside(chat.salon_id):
        deal = Deal.objects.select_related("stage").get()
        kinds = list(Event.objects.filter(subject=deal.public_id).order_by("id").values_list("kind", flat=True))
    assert (deal.title, deal.value_minor, deal.stage.order, deal.source) == ("Noiva", 8990, 2, "flow")
    assert kinds == ["deal.created", "deal.stage_changed"]


def test_a_lost_deal_without_a_reason_is_noted_at_the_step(chat: Chat) -> None:
    does(chat, step(chat, 0), step(chat, 4))
    with inside(chat.salon_id):
        assert Deal.objects.get().closed_at is None
        errors = list(FlowStep.objects.exclude(error="").values_list("error", flat=True))
    assert chat.answers == ["done"]
    assert "reason" in errors[0]


def test_a_task_is_written(chat: Chat) -> None:
    does(chat, {"id": "t", "type": "add_task", "text": "Ligar", "due": {"amount": 1, "unit": "hours"}})
    with inside(chat.salon_id):
        task = Task.objects.get()
        assert task.contact_id == Contact.objects.get().pk
    assert task.due_at is not None
    assert timedelta(minutes=50) < task.due_at - clock.now() < timedelta(minutes=70)


def test_a_won_deal_begins_a_flow(chat: Chat) -> None:
    chat.says("oi")
    words = say("s", "Obrigada! {{ trigger.payload.title }}")
    chat.publish("thanks", words, edges=["start>s"], on="event", events=["deal.won"])
    with inside(chat.salon_id):
        deal = actions.create(actions.NewDeal(contact=Contact.objects.get(), title="Noiva"), by=None)
        actions.win(deal, by=None)
    handling.run()
    assert chat.answers[-1] == "Obrigada! Noiva"


def test_each_act_on_a_deal_begins_its_flow(chat: Chat) -> None:
    """CR-002: what a flow is told of it is enough to write about it."""
    chat.says("oi")
    told = "{{ trigger.payload.stage }} {{ trigger.payload.value_minor }}"
    kinds = ["deal.created", "deal.stage_changed", "deal.lost", "deal.reopened"]
    chat.publish("each", say("s", told), edges=["start>s"], on="event", events=kinds)
    with inside(chat.salon_id):
        deal = actions.create(actions.NewDeal(contact=Contact.objects.get(), title="Noiva", value_minor=5), by=None)

    def said(act: Callable[[], Deal]) -> list[str]:
        before = len(chat.answers)
        with inside(chat.salon_id):
            act()
        handling.run()
        return chat.answers[before:]

    new, contacted, lost = (stage(chat, place).name for place in (0, 1, 4))
    # Of its end and of its opening again both events tell: that it moved, and what that means.
    assert said(lambda: deal) == [f"{new} 5"]
    assert said(lambda: actions.move(deal, stage(chat, 1), by=None)) == [f"{contacted} 5"]
    assert said(lambda: actions.lose(deal, "Caro", by=None)) == [f"{lost} 5"] * 2
    assert said(lambda: actions.reopen(Deal.objects.get(), by=None)) == [f"{contacted} 5"] * 2
