"""More of what a salon has, with the same word in every text."""

from datetime import timedelta
from typing import Any

from crm.bookings.defaults import policy, touch
from crm.bookings.models import (
    Allocation,
    BlockedTime,
    Booking,
    BookingItem,
    BookingMove,
    DatedHours,
    Professional,
    ProfessionalService,
    Resource,
    Service,
    ServiceCategory,
)
from crm.contacts.merging import values_of
from crm.contacts.models import Contact, ContactImport, ContactMerge, CustomField, Note, Segment, Tag
from crm.deals.models import Deal, Pipeline, Stage, Task
from crm.inbox.models import CannedReply, Conversation, Draft, Team
from flows.gallery.models import SharedFlow
from flows.models import Flow, FlowCall, FlowExecution, FlowRevision, FlowSecret, FlowTest
from ops import clock
from ops.salon import current_salon_id
from tenants.members.models import Member
from tenants.privacy.models import PrivacyRequest
from tenants.salons.keys import box_of
from tenants.salons.models import Invitation, RoleDefinition
from tenants.sharing.models import Share
from tests.api.waiting import more_of_waiting

Ids = dict[str, Any]


def drawing(word: str) -> dict[str, Any]:
    """A drawing whose texts hold the word."""
    return {
        "version": 1,
        "nodes": [{"id": "start", "type": "start"}, {"id": "say", "type": "send_message", "text": word}],
        "edges": [{"id": "e1", "from": "start", "exit": "done", "to": "say"}],
        "notes": [{"id": "note", "text": word, "position": {"x": 0, "y": 0}}],
    }


def more_of_flow(flow: Flow, execution: FlowExecution, word: str, ids: Ids) -> dict[str, str]:
    """What hangs on a flow; public ids by name. Inside the salon."""
    flow.draft, flow.draft_revision = drawing(word), 1
    flow.save(update_fields=["draft", "draft_revision"])
    FlowRevision.objects.create(flow=flow, number=1, graph=flow.draft, **ids)
    call = FlowCall.objects.create(
        execution=execution,
        flow_id=flow.pk,
        node="start",
        seq=1,
        kind="http",
        request={"url": f"https://a.example/{word}"},
        **ids,
    )
    secret = FlowSecret.objects.create(
        name=f"key_{word}", sealed=box_of(current_salon_id() or 0).seal(word.encode(), b""), hosts=["a.example"], **ids
    )
    script = {"version": 1, "steps": [{"say": word}]}
    test = FlowTest.objects.create(flow=flow, name=f"Talk {word}", script=script, **ids)
    # To a team that is none: what is seeded opens nothing.
    share = Share.objects.create(
        kind="flow", thing=flow.public_id, subject_kind="team", subject="0", right="view", **ids
    )
    shared = SharedFlow.objects.create(
        salon_id=current_salon_id() or 0, flow_public_id=flow.public_id, name=word, description=word, language="en",
        content={"graph": drawing(word)},
    )  # fmt: skip
    return {
        "call": str(call.public_id),
        "secret": str(secret.public_id),
        "test": str(test.public_id),
        "share": str(share.public_id),
        "shared_flow": str(shared.public_id),
    }


def more_of_chair(contact: Contact, word: str, ids: Ids) -> dict[str, Any]:
    """What can be booked, and a booking of it. Inside the salon."""
    policy()
    service = Service.objects.create(name=f"Service {word}", currency="BRL", description=word, **ids)
    professional = Professional.objects.create(kind="professional", name=f"Pro {word}", about=word, **ids)
    ProfessionalService.objects.create(professional=professional, service=service, **ids)
    starts_at = clock.now().replace(second=0, microsecond=0) + timedelta(days=3)
    booking = Booking.objects.create(
        contact=contact, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30), zone="America/Sao_Paulo",
        wall_clock="2026-11-20T10:00", currency="BRL", note=f"Note {word}", **ids,
    )  # fmt: skip
    item = BookingItem.objects.create(
        booking=booking, service=service, professional=professional, starts_at=booking.starts_at,
        ends_at=booking.ends_at, segments=service.segments, **ids,
    )  # fmt: skip
    during = (booking.starts_at, booking.ends_at)
    Allocation.objects.create(item=item, resource=professional, during=during, **ids)
    BookingMove.objects.create(booking=booking, what="booked", after={"by": word}, by_kind="system", version=1, **ids)
    touch()
    waiting = more_of_waiting(contact, service, booking, word, ids)
    return (
        {"service": service, "professional": professional, "booking": booking}
        | waiting
        | _more_of_hours(professional, word, ids)
    )


def _more_of_hours(professional: Professional, word: str, ids: Ids) -> dict[str, Any]:
    """A heading, a chair, and days that differ. Inside the salon."""
    day = clock.now().date() + timedelta(days=10)
    more = {} if not ids else {"pk": ids["pk"] + 1}
    off = {"starts_at": clock.now() + timedelta(days=20), "ends_at": clock.now() + timedelta(days=21)}
    while DatedHours.objects.filter(date=day).exists():
        day += timedelta(days=1)
    return {
        "category": ServiceCategory.objects.create(name=f"Heading {word}", **ids),
        "resource": Resource.objects.create(kind="sink", name=f"Sink {word}", **more),
        "time_off": BlockedTime.objects.create(
            resource=professional, kind="time_off", reason=f"Off {word}", **off, **ids
        ),
        "day": DatedHours.objects.create(professional=professional, date=day, reason=f"Day {word}", **ids),
        "holiday": DatedHours.objects.create(date=day, reason=f"Holiday {word}", **more),
    }


def more_of_people(contact: Contact, talk: Conversation, word: str, ids: Ids) -> dict[str, str]:
    """What is known of a guest, and what the team has; public ids by name. Inside the salon."""
    member = Member.objects.order_by("pk").first()
    assert member is not None
    other = Contact.objects.create(name=f"Double {word}", pk=contact.pk + 1_000_000, merged_into=contact)
    before = {"kept": values_of(contact), "gone": values_of(other), "after": values_of(contact)}
    made: dict[str, Any] = {
        "note": Note.objects.create(contact=contact, conversation_id=talk.pk, text=f"Note {word}", by=member, **ids),
        "tag": Tag.objects.create(name=word, **ids),
        "field": CustomField.objects.create(key=f"field_{word}", name=f"Field {word}", **ids),
        "segment": Segment.objects.create(name=f"Segment {word}", filter={}, **ids),
        "merge": ContactMerge.objects.create(kept=contact, gone=other, before=before, **ids),
        "contact_import": ContactImport.objects.create(
            file_name=f"{word}.csv", storage_key=f"imports/{word}", kind="csv", **ids
        ),
        "team": Team.objects.create(name=f"Team {word}", **ids),
        "canned": CannedReply.objects.create(shortcut=f"s{word}", text=f"Canned {word}", **ids),
    }
    made["request"] = PrivacyRequest.objects.create(
        kind="erasure", state="done", contact_public_id=contact.public_id, **ids
    )
    Draft.objects.create(conversation=talk, member=member, text=f"Draft {word}", **ids)
    pipeline = Pipeline.objects.create(name=f"Pipeline {word}", lost_reasons=[word], **ids)
    stage = Stage.objects.create(pipeline=pipeline, name=f"Stage {word}", **ids)
    deal = Deal.objects.create(
        pipeline=pipeline, stage=stage, contact=contact, title=f"Deal {word}", currency="BRL", **ids
    )
    task = Task.objects.create(text=f"Task {word}", deal=deal, contact=contact, **ids)
    made |= {"member": member, "pipeline": pipeline, "stage": stage, "deal": deal, "task": task}
    made |= more_of_chair(contact, word, ids)
    made |= more_of_team(word)
    return {name: str(row.public_id) for name, row in made.items()}


def more_of_team(word: str) -> dict[str, Any]:
    """A role of the salon's own, and somebody who is invited; both stand on the public side."""
    salon_id = current_salon_id() or 0
    role = RoleDefinition.objects.create(salon_id=salon_id, key=f"custom-{word[:12]}", label=f"Role {word}")
    invitation = Invitation.objects.create(
        salon_id=salon_id, email=f"{word}@example.com", role="viewer", expires_at=clock.now() + timedelta(days=7)
    )
    return {"role": role, "invitation": invitation}
