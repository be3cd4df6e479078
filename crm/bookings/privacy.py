"""Visits. What was earned by them stays for accounting; whose they were does not."""

from django.utils.translation import gettext_lazy as _

from crm.bookings.actions.states import NotAllowed, cancel
from crm.bookings.models import Booking
from crm.bookings.privacy_rules import RETENTION  # noqa: F401
from tenants.privacy.declaring import BY_RULE, LEAVES, OF_CONTACT, ROWS, TEAM, Nothing, Table
from tenants.privacy.whom import Person

_OF_BOOKING = "t.booking_id IN (SELECT id FROM booking WHERE contact_id = ANY(%(c)s))"
_VISITS_STAY = _(
    "Day, service, professional and price of a visit stay for accounting and statistics, without the guest."
)

TABLES = [
    Table(
        "reminder",
        holds=("message_id", "answer", "reason"),
        also=("rule", "due_at", "state", "sent_at"),
        why=_("To remind of visits"),
        where=_OF_BOOKING,
        order=LEAVES,
        label=_("Reminders"),
    ),
    Table(
        "booking_move",
        holds=("before", "after", "reason"),
        also=("what", "at"),
        why=_("To know how a visit came to be as it is"),
        where=_OF_BOOKING,
        order=LEAVES,
        label=_("Changes of visits"),
    ),
    Table(
        "waitlist_offer",
        holds=("message_id", "reason"),
        also=("state", "created_at", "answered_at"),
        why=_("To offer places that became free"),
        where="t.entry_id IN (SELECT id FROM waitlist_entry WHERE contact_id = ANY(%(c)s))",
        order=LEAVES,
        label=_("Offers of places"),
    ),
    Table(
        "waitlist_entry",
        holds=("note",),
        also=("from_date", "to_date", "state", "created_at", "closed_at"),
        why=_("To know who waits for a place"),
        where=OF_CONTACT,
        order=ROWS,
        label=_("Places on the waitlist"),
    ),
    Table(
        "package_sale",
        holds=("contact_id", "note"),
        also=("name", "uses", "used", "price_minor", "currency", "state", "created_at", "expires_at"),
        why=_("To know what a guest has paid ahead"),
        kept=_("5 years for accounting"),
        where=OF_CONTACT,
        blank={"contact_id": "NULL", "note": "''"},
        stays=_("That a package was sold, for how much and what was used of it stays for accounting."),
        order=ROWS,
        label=_("Packages"),
    ),
    Table(
        "booking",
        holds=("contact_id", "guest_name", "conversation_id", "note", "override_reason", "cancel_reason", "details"),
        also=("starts_at", "ends_at", "wall_clock", "state", "price_minor", "currency", "deposit_minor", "created_at"),
        why=_("To keep a place for a guest"),
        kept=BY_RULE,
        where=OF_CONTACT,
        blank={
            "contact_id": "NULL",
            "guest_name": "''",
            "conversation_id": "NULL",
            "note": "''",
            "override_reason": "''",
            "cancel_reason": "''",
            "details": "'{}'::jsonb",
            "series_rule": "NULL",
        },
        stays=_VISITS_STAY,
        order=ROWS + 1,
        label=_("Visits"),
    ),
    Table(
        "resource",
        ("name",),
        _("To plan who works where"),
        TEAM,
        _("as long as the salon"),
        label=_("Professionals and rooms"),
    ),
    Table(
        "professional",
        ("email", "phone", "about", "title", "commission_percent"),
        _("To plan who works when"),
        TEAM,
        _("as long as the salon"),
        label=_("Details of professionals"),
    ),
    Table(
        "blocked_time",
        ("reason",),
        _("To know when somebody is away"),
        TEAM,
        _("as long as the salon"),
        label=_("Times off"),
    ),
    Table(
        "dated_hours",
        ("reason",),
        _("To know who works when"),
        TEAM,
        _("as long as the salon"),
        label=_("Days that differ"),
    ),
    Nothing("booking_item", _("services and times; whose visit it is stands at the visit")),
    Nothing("allocation", _("times that are taken")),
    Nothing("package_use", _("which visit a package paid for; whose it is stands at the sale")),
    Nothing("package", _("what is sold")),
    Nothing("service", _("what is offered")),
    Nothing("service_category", _("what is offered")),
    Nothing("professional_service", _("who offers what")),
    Nothing("booking_policy", _("rules of the salon's own")),
]


def before_erasure(person: Person) -> None:
    """Visits that are still to come do not take place: nobody would know who comes."""
    coming = Booking.objects.filter(contact_id__in=person.ids, state__in=["held", "booked", "confirmed"])
    for booking in coming.order_by("pk"):
        try:
            cancel(booking, by=None, reason="erased")
        except NotAllowed:  # somebody was faster
            continue
