"""The token of a form on the public page, instead of Django's CSRF cookie.

Framed by another site the page gets no cookie (browsers block those of third parties), so Django's check would refuse
every guest there. It guards against one thing: that a foreign page acts with the rights of whoever is logged in. Here
nobody's login counts (the views look at no session), and the right to change a visit is the secret in its address,
which a foreign page does not know. What is left is that a form was made by us, for this salon, and not long ago: that
is signed into it. Its random part names the form, so that one pressed twice is one visit (holding).
"""

from typing import Final

from django.core import signing

from crm.bookings.page.codes import new_secret
from ops.salon import current_salon_id

# Who fills in a form over lunch is not sent back; who kept a tab for days sees the form anew, with what was typed.
GOOD_FOR_S: Final = 6 * 3600


def new_ticket() -> str:
    """For one form."""
    return _signer().sign(new_secret())


def read_ticket(text: str) -> str | None:
    """The form's random name; None for one that is old, of another salon, or not ours."""
    try:
        return str(_signer().unsign(text[:200], max_age=GOOD_FOR_S))
    except signing.BadSignature:
        return None


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"book.form.{current_salon_id() or 0}")
