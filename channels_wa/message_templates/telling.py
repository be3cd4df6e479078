"""What happened to a template, told to whoever listens: flows, campaigns, alerts."""

from typing import Any

from channels_wa.message_templates.models import MessageTemplate
from ops.events.actions import emit

CHANGED = "template.changed"


def tell_change(template: MessageTemplate, what: str, old: str, new: str, **more: Any) -> None:
    """Write the event of a change, in its transaction: `what` is status, quality, category or components."""
    emit(
        CHANGED,
        subject=template.public_id,
        payload={
            "name": template.name,
            "language": template.language,
            "waba_id": template.waba_id,
            "what": what,
            "old": old,
            "new": new,
            "reason": template.reason if what == "status" else "",
            "is_sendable": template.is_sendable,
            **more,
        },
    )
