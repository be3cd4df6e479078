"""Teams: who belongs to them, which numbers they answer, whether conversations go round; and who is away."""

from typing import Any

from django.db import IntegrityError, transaction

from crm.inbox.live import tell_changed
from crm.inbox.models import Conversation, Team
from tenants.audit import actions as audit
from tenants.members.models import Member
from tenants.sharing.actions import forget_subjects

# Open pages are told of so many conversations of a team whose people change; of more they read when opened anew.
_TOLD = 200


class NameTaken(Exception):
    """Another team has this name."""


@transaction.atomic
def save(team: Team | None, values: dict[str, Any], *, by: Any) -> Team:
    """Write a team anew or change it. Members keep their order, new ones come last. Raises NameTaken."""
    held = Team.objects.select_for_update().get(pk=team.pk) if team else Team()
    before = _said(held) if team else None
    wanted = list(values["members"])
    stay = [pk for pk in held.members if pk in wanted]
    held.members = stay + [pk for pk in wanted if pk not in stay]
    held.name, held.number_ids, held.takes_turns = values["name"], list(values["number_ids"]), values["takes_turns"]
    try:
        with transaction.atomic():
            held.save()
    except IntegrityError as error:
        raise NameTaken from error
    if before and (changed := set(before["members"]) ^ set(held.members)):
        tell_changed(own := _own(held), left=dict.fromkeys(own, changed))
    if before != _said(held):
        what = "team.changed" if team else "team.created"
        audit.record(what, subject=held.public_id, by=by, before=before, after=_said(held))
    return held


@transaction.atomic
def delete(team: Team, *, by: Any) -> None:
    """End a team; its conversations stay with whoever has them, and belong to no team."""
    own = _own(team)
    audit.record("team.deleted", subject=team.public_id, by=by, before=_said(team))
    forget_subjects("team", [team.pk])
    team.delete()
    tell_changed(own, left=dict.fromkeys(own, team.members))


@transaction.atomic
def set_away(member: Member, *, on: bool, by: Any) -> bool:
    """Let conversations go to others in turn, or to this member again. False where it was so already."""
    if not Member.objects.filter(pk=member.pk).exclude(is_away=on).update(is_away=on):
        return False
    audit.record(f"member.{'away' if on else 'back'}", subject=member.public_id, by=by)
    return True


def _own(team: Team) -> list[int]:
    rows = Conversation.objects.filter(team=team, closed_at=None).order_by("-last_at")
    return list(rows.values_list("pk", flat=True)[:_TOLD])


def _said(team: Team) -> dict[str, Any]:
    return {
        "name": team.name,
        "members": list(team.members),
        "numbers": list(team.number_ids),
        "takes_turns": team.takes_turns,
    }
