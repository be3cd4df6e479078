"""The audit log in words."""

from django.utils.functional import Promise

from tenants.audit.words.acts import ACTS as _ACTS
from tenants.audit.words.booking_acts import BOOKING_ACTS

ACTS: dict[str, str | Promise] = {**_ACTS, **BOOKING_ACTS}
