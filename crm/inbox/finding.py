"""Finding a place in one conversation: by words, or by a date; and reading from there both ways."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import StrIndex
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from channels_wa.messages.models import ABOUT_ANOTHER, Message, Source
from crm.inbox.bubbles import bubbles_of
from crm.inbox.noted import with_notes
from crm.inbox.reacting import OFFERED
from crm.inbox.rights import conversation_or_404
from portal.frame.keyset import by_id
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

FOUND_A_PAGE = 20
AROUND = 25
SHORTEST, LONGEST = 2, 80
# So many messages are read for one page of results; "search further" goes on from there.
READ_AT_ONCE = 5000


@dataclass(frozen=True)
class Found:
    """One page of what was found, the newest first, and where to go on."""

    rows: list[Message]
    next_key: str


def search(conversation_id: int, words: str, *, before: str = "") -> Found:
    """Messages that hold these words, accents and case aside; a bounded number of messages is looked at."""
    window = by_id(_told(conversation_id).only("pk"), before=before, size=READ_AT_ONCE)
    if not window.rows:
        return Found([], "")
    newest, oldest = window.rows[0].pk, window.rows[-1].pk
    plain = Func(Value(words, output_field=TextField()), function="public.plain", output_field=TextField())
    text = Func(F("text"), function="public.plain", output_field=TextField())
    held = _told(conversation_id).filter(pk__gte=oldest, pk__lte=newest)
    page = by_id(held.alias(at_word=StrIndex(text, plain)).filter(at_word__gt=0), size=FOUND_A_PAGE)
    return Found(page.rows, page.next_key or window.next_key)


def first_of(conversation_id: int, day: date) -> Message | None:
    """The first message of that day on the salon's clock, or of the next day that has any; else the newest."""
    start = datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())
    told = _told(conversation_id)
    return told.filter(at__gte=start).order_by("pk").first() or told.order_by("-pk").first()


@require_GET
@allowed(Permission.INBOX_SEE)
def find(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The results of a search (?words=, ?before=), or the place of a day (?day=)."""
    found = conversation_or_404(request.member, public_id)
    if day := _day(request.GET.get("day", "")):
        first = first_of(found.pk, day)
        rows, next_key, words = [first] if first else [], "", ""
    else:
        words = " ".join(request.GET.get("words", "").replace("\0", "").split())[:LONGEST]
        result = (
            search(found.pk, words, before=request.GET.get("before", "")) if len(words) >= SHORTEST else Found([], "")
        )
        rows, next_key = result.rows, result.next_key
    url = reverse("inbox:find", args=[public_id])
    context = {
        "rows": bubbles_of(rows),
        "place_url": reverse("inbox:place", args=[public_id]),
        "words": words,
        "is_short": not day and len(words) < SHORTEST,
        "next_key": next_key,
        "find_url": url,
        "target": f"messages-{public_id}",
    }
    return render(request, "crm/found.html", context)


@require_GET
@allowed(Permission.INBOX_SEE)
def place(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The messages around one (?at=), or those that come after it (?after=)."""
    found = conversation_or_404(request.member, public_id)
    after = request.GET.get("after", "")
    start = _message(found.pk, after or request.GET.get("at", ""))
    context: dict[str, Any] = {
        "bubbles": [],
        "may_answer": request.member.may(Permission.INBOX_ANSWER),
        "emojis": OFFERED,
    }
    if start is None:
        return render(request, "crm/messages.html", {**context, "is_older": bool(after)})
    rows = _rows(found.pk)
    newer = list(rows.filter(pk__gt=start.pk).order_by("pk")[: AROUND + 1])
    shown = newer[:AROUND]
    url = reverse("inbox:place", args=[public_id])
    if len(newer) > AROUND:
        context["newer_url"] = f"{url}?after={shown[-1].public_id}"
        context["newest_url"] = reverse("inbox:conversation", args=[public_id])
    if not after:
        page = by_id(rows.filter(pk__lte=start.pk), size=AROUND)
        shown = page.rows[::-1] + shown
        if len(page.rows) == AROUND:
            talk = reverse("inbox:conversation", args=[public_id])
            context["older_url"] = f"{talk}?part=messages&before={page.rows[-1].pk}"
    since = start.at if after else shown[0].at if "older_url" in context and shown else None
    until = shown[-1].at if "newer_url" in context else None
    lines = with_notes(bubbles_of(shown), found.pk, since=since, until=until)
    return render(request, "crm/messages.html", {**context, "bubbles": lines, "is_older": True})


def _rows(conversation_id: int) -> QuerySet[Message]:
    # Imported ones lie before all others and are reached by scrolling up.
    return Message.objects.filter(conversation_id=conversation_id).exclude(source=Source.HISTORY).defer("raw")


def _told(conversation_id: int) -> QuerySet[Message]:
    return _rows(conversation_id).exclude(Q(type__in=ABOUT_ANOTHER))


def _message(conversation_id: int, public_id: str) -> Message | None:
    try:
        return _rows(conversation_id).filter(public_id=UUID(public_id)).first()
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
