"""Segments, as things that may be shared one by one."""

from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Segment
from tenants.access.roles import Permission
from tenants.sharing.kinds import Kind
from tenants.sharing.rights import Right

SEGMENT: Final = "segment"


def _rows() -> QuerySet[Segment]:
    return Segment.objects.all()


def _link(segment: Any) -> str:
    return f"{reverse('contacts:list')}?segment={segment.public_id}"


KINDS = [
    Kind(
        SEGMENT,
        _("Segment"),
        {
            Right.VIEW: Permission.CONTACTS_SEE,
            Right.EDIT: Permission.POLICY_EDIT,
            Right.DELETE: Permission.POLICY_EDIT,
        },
        rows=_rows,
        link=_link,
    )
]
