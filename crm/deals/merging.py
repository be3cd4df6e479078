"""What of the deals goes over when two contacts are one person (crm.contacts.merging)."""

from crm.contacts.merging import Merge
from crm.deals.models import Deal, Task


def move(merge: Merge) -> Merge:
    """Deals and tasks go on with the one who stays, and follow their conversation."""
    for model in (Deal, Task):
        model.objects.filter(contact_id=merge.gone).update(contact_id=merge.kept)
        for old, new in merge.conversations.items():
            model.objects.filter(conversation_id=old).update(conversation_id=new)
    return merge
