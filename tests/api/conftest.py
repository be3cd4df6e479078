"""Programs, and something for them to ask for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache

from channels_wa.media import storing
from channels_wa.media.intake import taking
from channels_wa.media.models import Media
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.messages.models import Identity, Message
from channels_wa.numbers.models import Number
from crm.consent.models import ConsentEntry
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from flows.models import Flow, FlowExecution, FlowStep, FlowVersion
from ops import clock
from ops.salon import current_salon_id, inside
from tenants.access.keys import NewKey, add_key
from tenants.alerts.models import Alert
from tenants.operators.models import SupportVisit
from tenants.salons.models import Salon
from tests.api.program import Program
from tests.api.seeding import more_of_flow, more_of_people
from tests.world import Salons

GRAPH = {"nodes": [{"id": "start", "type": "start"}], "edges": []}


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def program(salons: Salons, db: None) -> Program:
    """Aurora's, with a manager's key."""
    approve_template(salons.aurora)
    return Program(salons.aurora)


@pytest.fixture
def stranger(salons: Salons, db: None) -> Program:
    """The other salon's program on the other salon's host."""
    approve_template(salons.other)
    return Program(salons.other)


@pytest.fixture
def seeded(salons: Salons, db: None) -> "Seeded":
    """One of everything at Aurora."""
    return seed(salons.aurora, word="aurora", phone="+5511988881234")


def approve_template(salon: Salon, name: str = "hello", *parts: dict[str, Any]) -> None:
    """A template without variables (or with these parts), as if Meta had approved it."""
    waba_id = Number.objects.get(salon_id=salon.pk).waba_id
    body = [*parts] or [{"type": "BODY", "text": "Olá! Sentimos a sua falta."}]
    with inside(salon.pk):
        MessageTemplate.objects.create(
            waba_id=waba_id, name=name, language="pt_BR", components=body, status="approved", meta_id="1"
        )


class Seeded:
    """The public ids of what was written."""

    contact: str
    conversation: str
    inbound: str
    number: str
    flow: str
    execution: str
    consent: str
    template: str
    media: str
    alert: str
    # And what tests.api.seeding adds.
    more: dict[str, str]


def seed(salon: Salon, *, word: str, phone: str, pk: int | None = None) -> Seeded:
    """One contact who has just written, with a flow's run; every text of it contains `word`. `pk` sets all keys."""
    ids: dict[str, Any] = {} if pk is None else {"pk": pk}
    now, made = clock.now(), Seeded()
    with inside(salon.pk):
        number = Number.objects.get(salon_id=salon.pk)
        contact = Contact.objects.create(name=f"Ana {word}", tags=[word], fields={"note": word}, **ids)
        Identity.objects.create(
            portfolio=number.portfolio, kind="phone", value=phone, contact_id=contact.pk, created_at=now, **ids
        )
        talk = Conversation.objects.create(
            contact=contact, number_id=number.pk, last_text=word, last_direction="in", last_at=now, last_inbound_at=now,
            **ids,
        )  # fmt: skip
        message = Message.objects.create(
            wamid=f"wamid.{word}", direction="in", type="text", text=f"oi {word}", status="delivered",
            contact_id=contact.pk, conversation_id=talk.pk, number_id=number.pk, at=now, **ids,
        )  # fmt: skip
        flow = Flow.objects.create(name=f"Welcome {word}", trigger={"on": "any"}, **ids)
        version = FlowVersion.objects.create(flow=flow, number=1, graph={**GRAPH, "note": word}, **ids)
        flow.published = version
        flow.save()
        execution = FlowExecution.objects.create(
            flow=flow, version=version, contact_id=contact.pk, conversation_id=talk.pk, seed=1, started_at=now, **ids
        )
        FlowStep.objects.create(
            execution=execution, flow_id=flow.pk, seq=1, node="start", type="start", at=now, duration_ms=0.4,
            event="passed", changes={"note": {"before": None, "after": word}}, **ids,
        )  # fmt: skip
        made.more = more_of_flow(flow, execution, word, ids) | more_of_people(contact, talk, word, ids)
    # On the public side, where both salons' rows stand in one table.
    visit = SupportVisit.objects.create(
        salon_id=salon.pk, user_id=1, email="olga@example.com", reason=f"Looked for {word}", entry_id=uuid4().int >> 66,
        ends_at=now + timedelta(minutes=20),
    )  # fmt: skip
    made.more["visit"] = str(visit.public_id)
    with inside(salon.pk):
        consent = ConsentEntry.objects.create(
            contact_id=contact.pk, portfolio=number.portfolio, kind="phone", value=phone, purpose="marketing",
            state="granted", source="api", evidence=word, **ids,
        )  # fmt: skip
        template = MessageTemplate.objects.create(
            waba_id=number.waba_id, name=f"hello_{word}", language="pt_BR", status="approved", meta_id=f"7{contact.pk}",
            components=[{"type": "BODY", "text": f"Olá {word}"}], **ids,
        )  # fmt: skip
        made.template = str(template.public_id)
        made.media = str(_file(word, contact.pk, ids).public_id)
        alert = Alert.objects.create(
            key=f"number:{word}", kind="number.stopped", level="warning", title={"msgid": f"Stopped {word}"}, **ids
        )
    made.more["key"] = str(add_key(salon.pk, NewKey(f"Key {word}", "viewer"))[0].public_id)
    made.consent = str(consent.public_id)
    made.alert = str(alert.public_id)
    made.contact, made.conversation, made.inbound = map(str, (contact.public_id, talk.public_id, message.public_id))
    made.flow, made.execution, made.number = map(str, (flow.public_id, execution.public_id, number.public_id))
    return made


def _file(word: str, contact_id: int, ids: dict[str, Any]) -> Media:
    """A text of the contact's, kept as a guest's file is. Inside the salon."""
    media = Media(
        direction="in",
        kind="document",
        name=f"{word}.txt",
        state="ready",
        contact_id=contact_id,
        message_id=None,
        **ids,
    )
    with taking(current_salon_id() or 0, 1000) as intake:
        intake.add(f"A text about {word}.".encode())
        taken = intake.finish()
    storing.put(media, taken, "text/plain", None)
    media.save()
    return media


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Move the product's clock forward, the machine's stays."""

    def move(by: timedelta) -> None:
        monkeypatch.setattr(clock, "_offset", clock._offset + by)

    return move
