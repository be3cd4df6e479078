"""An emoji on a message, and taking it back."""

from channels_wa.messages.models import Message
from channels_wa.numbers.queries import own_numbers
from crm.inbox.models import Conversation
from crm.inbox.sending import Content, send_message
from tenants.members.models import Member

OFFERED = ("👍", "❤️", "😂", "😮", "🙏", "🎉")


def react_to(message: Message, *, emoji: str, conversation: Conversation, by: Member) -> Message | None:
    """Send an emoji, or take back the one that is there (the same emoji again, or an empty one).

    None where there is none to take back. Raises CannotSend.
    """
    now = own_reaction(message)
    emoji = "" if emoji == now else emoji
    if not emoji and not now:
        return None
    return send_message(
        contact=conversation.contact,
        content=Content("reaction", emoji, {"to": message.wamid, "emoji": emoji}),
        purpose="reply",
        by=by,
        number=own_numbers().filter(pk=conversation.number_id).first(),
    )


def own_reaction(message: Message) -> str:
    """The emoji that the salon has put on this message; empty for none."""
    ours = Message.objects.filter(
        conversation_id=message.conversation_id, direction="out", type="reaction", payload__to=message.wamid
    ).exclude(status__in=("cancelled", "failed"))
    return str(ours.order_by("-pk").values_list("payload__emoji", flat=True).first() or "")
