"""What of the bookings goes over when two contacts are one person (crm.contacts.merging)."""

from crm.contacts.merging import Merge


def move(merge: Merge) -> Merge:
    """Bookings, packages, payments and places on the waitlist go on with the one who stays, and bookings follow their
    conversation."""
    merge.reassign("booking")
    merge.rejoin("booking")
    merge.reassign("waitlist_entry")
    merge.reassign("package_sale")
    merge.reassign("payment_link")
    return merge
