"""Operators in a salon: they enter with a reason, for at most an hour, look unless the owner lets them do more, and the
salon sees it all ([ADR 33]).

In the salon an operator is a member of its own kind: a row without a place in the team, named for the platform. What
they do is noted like anybody's, with their address and reason (tenants.audit.context).
"""

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from ops import clock
from ops.salon import inside
from tenants.access.roles import Permission, Rights
from tenants.accounts.models import User
from tenants.alerts.actions import NewAlert, clear_alert, raise_alert
from tenants.alerts.models import Level
from tenants.alerts.words import Value, Words
from tenants.audit import actions as audit
from tenants.audit.context import Acting, acting, acting_as
from tenants.members.models import Member
from tenants.operators.models import SupportAccess, SupportVisit
from tenants.salons.models import Salon

LONGEST = timedelta(minutes=60)
ROLE = "support"
# On the session of a salon's host.
VISIT = "support_visit"
SHORTEST_REASON = 10
_PAGE = """
    INSERT INTO public.support_page (visit_id, page, times, first_at) VALUES (%s, %s, 1, %s)
    ON CONFLICT (visit_id, page) DO UPDATE SET times = public.support_page.times + 1 RETURNING times
"""
LOOKS = frozenset(one for one in Permission if one.value.endswith(".see")) | {Permission.API_DOCS}
# What they may do besides where the owner lets them: settings, and nothing that gives rights or takes data out.
ACTS = LOOKS | {
    Permission.POLICY_EDIT,
    Permission.INBOX_MANAGE,
    Permission.NUMBERS_MANAGE,
    Permission.ALERTS_MANAGE,
    Permission.SERVICES_MANAGE,
    Permission.DEALS_MANAGE,
}


class CannotEnter(ValueError):
    """The salon is not open to support, or something is missing; the message says what."""


def level_of(salon_id: int) -> SupportAccess.Level:
    """What the owner lets support do."""
    kept = SupportAccess.objects.filter(salon_id=salon_id).values_list("level", flat=True).first()
    return SupportAccess.Level(kept) if kept else SupportAccess.Level.LOOK


@transaction.atomic
def begin(user: User, salon: Salon, *, reason: str, minutes: int, entry_id: int) -> SupportVisit:
    """Let an operator in; the owner is told. Raises CannotEnter."""
    level, reason = level_of(salon.pk), " ".join(reason.split())
    if level == SupportAccess.Level.OFF:
        raise CannotEnter("The owner of this salon lets nobody of Cadeira in.")
    if len(reason) < SHORTEST_REASON:
        raise CannotEnter(f"Say why in at least {SHORTEST_REASON} letters; the owner reads it.")
    if not 1 <= minutes <= LONGEST.total_seconds() // 60:
        raise CannotEnter("A visit takes 1 to 60 minutes.")
    visit = SupportVisit.objects.create(
        salon_id=salon.pk,
        user_id=user.pk,
        email=user.email,
        reason=reason[:200],
        may_act=level == SupportAccess.Level.ACT,
        entry_id=entry_id,
        ends_at=clock.real() + timedelta(minutes=minutes),
    )
    with acting_as(Acting(acting().address, visit.email, visit.reason)), inside(salon.pk):
        member, _made = Member.objects.get_or_create(
            user_id=_marked(user.pk), defaults={"name": "Cadeira support", "is_active": False}
        )
        after = {"until": visit.ends_at.isoformat(), "may_act": visit.may_act}
        audit.record("support.entered", subject=visit.public_id, by=member, after=after)
        _tell(visit)
    return visit


def note_visit(session: Any, entry_id: int) -> None:
    """Let a session that began by this code be that of its visit, or of none."""
    visit = SupportVisit.objects.filter(entry_id=entry_id).values_list("public_id", flat=True).first()
    session.pop(VISIT, None)
    if visit is not None:
        session[VISIT] = str(visit)


def living(salon_id: int, user_id: int, public_id: Any) -> SupportVisit | None:
    """The visit of a session while it goes on and its person is an operator; asked at every request and round."""
    visit = SupportVisit.objects.filter(public_id=public_id, salon_id=salon_id, user_id=user_id).first()
    if visit is None or not visit.is_on or level_of(salon_id) == SupportAccess.Level.OFF:
        return None
    return visit if User.objects.filter(pk=user_id, is_active=True, is_staff=True).exists() else None


def member_of(visit: SupportVisit) -> Member | None:
    """The operator as the salon's pages know them; called inside the salon."""
    member = Member.objects.filter(user_id=_marked(visit.user_id)).first()
    if member is not None:
        member.rights = rights_of(visit)
    return member


def rights_of(visit: SupportVisit) -> Rights:
    """What they may do."""
    return Rights(ROLE, ACTS if visit.may_act else LOOKS, "Cadeira support")


def note_page(visit: SupportVisit, page: str, *, by: Member) -> None:
    """A kind of page was opened; the log has a line for the first time. Called inside the salon."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PAGE, [visit.pk, page[:160], clock.real()])
        ((times,),) = cursor.fetchall()
        if times == 1:
            audit.record("support.page_seen", subject=visit.public_id, by=by, after={"page": page[:160]})


def end(visit: SupportVisit, *, by: Member | None = None) -> bool:
    """Let the visit end now, by the operator or by one of the salon; False where it was over."""
    with transaction.atomic():
        name = "support" if by is None else by.name
        rows = SupportVisit.objects.filter(pk=visit.pk, ended_at=None, ends_at__gt=clock.real())
        if not rows.update(ended_at=clock.real(), ended_by=name[:120]):
            return False
        with inside(visit.salon_id):
            who = by or member_of(visit)
            audit.record("support.left" if by is None else "support.ended", subject=visit.public_id, by=who)
            clear_alert(visit.salon_id, _key(visit))
    return True


def set_level(salon_id: int, level: SupportAccess.Level, *, by: Member) -> None:
    """Let support do more or less from now on; whoever is inside and may no longer be is out. Inside the salon."""
    with transaction.atomic():
        row, _made = SupportAccess.objects.select_for_update().get_or_create(salon_id=salon_id)
        if row.level == level:
            return
        before, row.level = row.level, level
        row.save()
        after = {"access": str(level)}
        audit.record("support.access_changed", subject="support", by=by, before={"access": before}, after=after)
        visits = SupportVisit.objects.filter(salon_id=salon_id, ended_at=None, ends_at__gt=clock.real())
        if level == SupportAccess.Level.LOOK:
            visits = visits.filter(may_act=True)
        for visit in visits if level != SupportAccess.Level.ACT else []:
            end(visit, by=by)


def of_salon(salon_id: int, most: int = 20) -> list[SupportVisit]:
    """The newest visits."""
    return list(SupportVisit.objects.filter(salon_id=salon_id).order_by("-pk")[:most])


def _tell(visit: SupportVisit) -> None:
    values: dict[str, Value] = {"email": visit.email, "reason": visit.reason, "until": visit.ends_at}
    raise_alert(
        visit.salon_id,
        NewAlert(
            key=_key(visit),
            kind="support",
            level=Level.CRITICAL,
            title=Words(gettext_noop("Cadeira support is in your salon")),
            text=Words(gettext_noop("%(email)s entered until %(until)s, because: %(reason)s"), values),
            link="/settings/audit/#support",
            link_words=Words(gettext_noop("See and end it")),
            is_notice=True,
        ),
    )


def _key(visit: SupportVisit) -> str:
    return f"support:{visit.public_id}"


def _marked(user_id: int) -> int:
    # Accounts have positive ids: this one is nobody's, also where the operator is of the team as well.
    return -user_id
