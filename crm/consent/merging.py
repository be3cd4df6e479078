"""What of the register goes over when two contacts are one person (crm.contacts.merging)."""

from crm.contacts.merging import Merge


def move(merge: Merge) -> Merge:
    """The lines, so that the person's page shows all of them; the last words go with the identities by themselves."""
    merge.reassign("consent_entry")
    return merge
