"""Numbers, as things that may be shared one by one. Only these people: their talks are closed to all others too."""

from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from channels_wa.numbers.models import Number
from channels_wa.numbers.queries import own_numbers
from tenants.access.roles import Permission
from tenants.sharing.kinds import Kind
from tenants.sharing.rights import Right

NUMBER: Final = "number"


def _rows() -> QuerySet[Number]:
    return own_numbers()


def _link(number: Any) -> str:
    return reverse("numbers:number", args=[number.public_id])


KINDS = [
    Kind(
        NUMBER,
        _("Number"),
        {
            Right.VIEW: Permission.NUMBERS_SEE,
            Right.EDIT: Permission.NUMBERS_MANAGE,
            Right.DELETE: Permission.NUMBERS_MANAGE,
        },
        rows=_rows,
        link=_link,
    )
]
