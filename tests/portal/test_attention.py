"""A conversation calls for a person when a message failed or a flow stopped."""

from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from ops import clock
from ops.eventqueue import handling
from ops.events.actions import emit
from ops.ids import uuid7
from ops.salon import inside
from tests.world import Salons


def test_a_failed_message_marks_its_conversation(salons: Salons, db: None) -> None:
    with inside(salons.aurora.pk):
        contact = Contact.objects.create(name="Ana")
        talk = Conversation.objects.create(contact=contact, number_id=1, last_at=clock.now())
        emit("message.failed", subject=uuid7(), payload={"conversation_id": talk.pk})
    assert handling.run() >= 1
    with inside(salons.aurora.pk):
        talk.refresh_from_db()
        assert talk.attention == "message_failed"
