"""Who answers a conversation: one takes it, somebody gives it, a team shares it."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from crm.inbox import handing, turns
from crm.inbox.handing import Handing
from crm.inbox.live import tell_changed
from crm.inbox.models import Conversation, Team
from ops.events.actions import NewEvent, emit_many
from tenants.access.membership import rights_in
from tenants.access.models import ApiKey
from tenants.access.roles import NO_RIGHTS, Permission
from tenants.audit import actions as audit
from tenants.members.models import Member


class AlreadyTaken(Exception):
    """Somebody else is answering this conversation; nothing was changed. `name` says who."""

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s is already answering.") % {"name": name})
        self.name = name


@transaction.atomic
def take(*, conversation: Conversation, by: Member, asked_by: Member | ApiKey | None = None) -> bool:
    """Make `by` the one who answers, if nobody is yet. False where it was them. Raises AlreadyTaken.

    `asked_by`: who did it for them.
    """
    won = Conversation.objects.filter(pk=conversation.pk, assignee=None).update(assignee=by)
    if not won:
        other = Member.objects.filter(pk__in=Conversation.objects.filter(pk=conversation.pk).values("assignee")).first()
        if other is None or other.pk != by.pk:
            raise AlreadyTaken(other.name if other else _("Somebody"))
        return False
    audit.record(
        "conversation.taken",
        subject=conversation.public_id,
        by=asked_by or by,
        after={"member": str(by.public_id)},
    )
    handing.tell(
        [
            NewEvent(
                "conversation.assigned",
                conversation.public_id,
                {"conversation_id": conversation.pk, "member": str(by.public_id), "by": "member"},
            )
        ]
    )
    return True


@transaction.atomic
def give(conversation_ids: Sequence[int], *, member: Member | None, by: Member | ApiKey) -> list[int]:
    """Give conversations to a member, or to nobody; which of them changed hands."""
    return handing.assign([Handing(pk, by, member) for pk in conversation_ids])


@transaction.atomic
def give_to_team(conversation_ids: Sequence[int], *, team: Team | None, by: Member | ApiKey) -> list[int]:
    """Give conversations to a team, or take them from theirs; which of them moved.

    In a team that takes turns the next of those who are there gets each; in any other it is nobody's until taken.
    """
    wanted = Conversation.objects.select_for_update(of=("self",)).select_related("team")
    found = [one for one in wanted.filter(pk__in=conversation_ids).order_by("pk") if one.team_id != _pk(team)]
    if not found:
        return []
    news, left = [], {}
    for one in found:
        left[one.pk] = one.team.members if one.team else []
        before, after = one.team.name if one.team else None, team.name if team else None
        one.team = team
        one.save(update_fields=["team"])
        audit.record(
            "conversation.given_to_team", subject=one.public_id, by=by, before={"team": before}, after={"team": after}
        )
        payload = {"conversation_id": one.pk, "team": str(team.public_id) if team else None}
        news.append(NewEvent("conversation.given_to_team", one.public_id, payload))
    emit_many(news)
    if team is not None:
        _in_turn([one for one in found if one.closed_at is None], team, by)
    tell_changed((one.pk for one in found), left=left)
    return [one.pk for one in found]


def _in_turn(conversations: Sequence[Conversation], team: Team, by: Member | ApiKey) -> None:
    given = turns.next_of(team, len(conversations)) if team.takes_turns else [None] * len(conversations)
    people = Member.objects.in_bulk({pk for pk in given if pk})
    # Whoever had it before need not belong to the team: it is nobody's, or the next one's.
    handing.assign(
        [
            Handing(one.pk, by, people.get(pk) if pk else None)
            for one, pk in zip(conversations, given, strict=True)
            if pk or one.assignee_id not in team.members
        ]
    )


def people_of(salon_id: int) -> list[Member]:
    """Who may be given a conversation: members whose role answers, by name; those who are away are among them."""
    held = rights_in(salon_id)
    found = []
    for member in Member.objects.filter(is_active=True).order_by("name", "pk"):
        member.rights = held.get(member.user_id, NO_RIGHTS)
        if member.may(Permission.INBOX_ANSWER):
            found.append(member)
    return found


def _pk(team: Team | None) -> int | None:
    return team.pk if team else None
