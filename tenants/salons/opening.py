"""Opening salons that people ask for by themselves: a row says what is wanted, a worker does it.

The row and the salon are written in one transaction (actions.open_salon), and the claim's fence stands in it: a worker
that is killed leaves nothing, another one begins anew when the lease ends, and no two can both bring it to an end.
"""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.text import slugify

from ops import bell, claim, clock
from ops.ids import uuid7
from ops.salon import inside
from tenants.accounts.models import User
from tenants.salons.actions import CannotOpen, NewSalon, open_salon, why_not
from tenants.salons.currencies import currency_of_zone
from tenants.salons.models import Opening, Salon

log = logging.getLogger(__name__)

QUEUE = claim.Queue("opening", (), ordered=False)
# Much longer than an opening takes (a second), short enough to wait for when a worker was killed.
LEASE = timedelta(seconds=20)
LOOK_FOR = timedelta(seconds=5)
# So many salons one person may have in the making or made within a day.
MOST_A_DAY = 10
State = Opening.State


class TooMany(Exception):
    """This person has asked for many salons today."""


def ask(new: NewSalon, *, owner: User, ticket: UUID, confirmed: bool = True) -> Opening:
    """Ask for a salon; the same ticket again is the same opening. Raises CannotOpen and TooMany.

    Where the owner's address is not `confirmed`, it waits for that.
    """
    if error := why_not(new):
        known = Opening.objects.filter(public_id=ticket, user=owner, slug=new.slug).first()
        if known is None or known.state != State.DONE:
            raise error
        return known
    wanted = {"name": new.name, "slug": new.slug, "time_zone": new.time_zone, "language": new.language}
    state = State.PENDING if confirmed else State.WAITING
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        row = Opening.objects.filter(public_id=ticket, user=owner).first()
        if row is None:
            if Opening.objects.filter(user=owner, asked_at__gt=clock.real() - timedelta(days=1)).count() >= MOST_A_DAY:
                raise TooMany
            # Somebody else's number is no ticket of this person.
            free = uuid7() if Opening.objects.filter(public_id=ticket).exists() else ticket
            row = Opening.objects.create(public_id=free, user=owner, state=state, **wanted)
        elif row.state in (State.REFUSED, State.DEAD):
            Opening.objects.filter(pk=row.pk).update(
                state=state, due_at=clock.real(), attempts=0, lease_until=None, error="", began_at=None, **wanted
            )
            row.refresh_from_db()
        _ring()
    return row


def confirmed(user: User) -> None:
    """The owner's address is confirmed: open what waited for it. Call it in the transaction that confirms."""
    if Opening.objects.filter(user=user, state=State.WAITING).update(state=State.PENDING, due_at=clock.real()):
        _ring()


def unfinished(user: User) -> Opening | None:
    """The newest opening that its person was not led into yet."""
    rows = Opening.objects.filter(user=user, is_shown=False).exclude(state=State.WAITING)
    return rows.filter(asked_at__gt=clock.real() - timedelta(days=1)).order_by("-pk").first()


def suggested(name: str) -> str:
    """A free address made from a salon's name; "" where the name gives none."""
    base = slugify(name)[:36].strip("-")
    taken = set(Salon.objects.filter(slug__startswith=base).values_list("slug", flat=True)) if base else set()
    for slug in (base, *(f"{base}-{number}" for number in range(2, 100))):
        if slug and slug not in taken and why_not(NewSalon(name="x", slug=slug)) is None:
            return slug
    return ""


def run() -> int:
    """Open what is due, for at most five seconds; how many."""
    until, done = clock.real() + LOOK_FOR, 0
    while clock.real() < until and (rows := claim.claim(QUEUE, limit=1, lease=LEASE)):
        for row in rows:
            done += _open(row)
    return done


def _open(row: claim.Claimed) -> int:
    # For the page that shows how far it is; the opening itself is one transaction.
    Opening.objects.filter(pk=row.id).update(began_at=clock.real())
    try:
        with transaction.atomic():
            wanted = Opening.objects.select_related("user").get(pk=row.id)
            new = NewSalon(
                name=wanted.name,
                slug=wanted.slug,
                time_zone=wanted.time_zone,
                language=_language(wanted.language),
                currency=currency_of_zone(wanted.time_zone),
            )
            salon = open_salon(new, owner=wanted.user)
            with inside(salon.pk):
                for step in settings.SALON_SIGN_UP_STEPS:
                    import_string(step)(salon)
            Opening.objects.filter(pk=row.id).update(salon=salon)
            claim.finish(QUEUE, [row])
    except CannotOpen as error:
        _refuse(row, error)
    except claim.LeaseLost:
        log.info("opening %s has another worker", row.id)
        return 0
    except Exception as error:
        log.exception("salon %s was not opened", row.id)
        claim.retry(QUEUE, row, f"{type(error).__name__}: {error}")
        return 0
    return 1


def _refuse(row: claim.Claimed, error: CannotOpen) -> None:
    try:
        claim.advance(
            QUEUE, [row], assignments="state = 'refused', lease_until = NULL, error = %s", params=[str(error)]
        )
    except claim.LeaseLost:
        log.info("opening %s has another worker", row.id)


def _language(language: str) -> str:
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _ring() -> None:
    transaction.on_commit(lambda: bell.ring("openings"))
