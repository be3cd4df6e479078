"""What of the deals goes over when two contacts are one person (crm.contacts.merging)."""

from crm.contacts.merging import Merge


def move(merge: Merge) -> Merge:
    """Deals and tasks go on with the one who stays, and follow their conversation."""
    for table in ("deal", "task"):
        merge.reassign(table)
        merge.rejoin(table)
    return merge
