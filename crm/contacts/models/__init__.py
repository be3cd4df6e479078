"""People, what is known of them, and how lists of them come in and out."""

from crm.contacts.models.contact import Contact, People
from crm.contacts.models.importing import ContactImport, ImportRow
from crm.contacts.models.known import CustomField, Note, Segment, Tag
from crm.contacts.models.merge import ContactMerge

__all__ = [
    "Contact",
    "ContactImport",
    "ContactMerge",
    "CustomField",
    "ImportRow",
    "Note",
    "People",
    "Segment",
    "Tag",
]
