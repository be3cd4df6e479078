"""What of the deals goes over when two contacts are one person (crm.contacts.merging)."""

from crm.contacts.merging import Merge
from crm.deals.live import tell_boards


def move(merge: Merge) -> Merge:
    """Deals and tasks go on with the one who stays, and follow their conversation."""
    for table in ("deal", "task"):
        merge.reassign(table)
        merge.rejoin(table)
    # Cards show the name of their guest.
    tell_boards()
    return merge
