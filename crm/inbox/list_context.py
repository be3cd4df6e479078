"""What the left pane of the inbox shows."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from channels_wa.numbers.queries import own_numbers
from crm.inbox.filters import Filter
from crm.inbox.listing import counts, page_of
from crm.inbox.phone import phone_url
from ops import clock
from tenants.access.roles import Permission
from tenants.members.models import Member


def list_context(
    member: Member, wanted: Filter, *, before: str = "", after: str = "", is_part: bool = False
) -> dict[str, Any]:
    """The lines, the tabs with their counts, and where news come from."""
    now, url = clock.now(), reverse("inbox:list")
    page = page_of(member, wanted, url, before=before, after=after, now=now)
    context = {
        "rows": page.rows,
        "older_url": page.older_url,
        "newer_url": page.newer_url,
        "is_next": bool(before or after),
    }
    if is_part and context["is_next"] and page.rows:
        return {**context, **_around(member, wanted, url)}
    empty, hint = _empty(wanted)
    counted, newest = counts(member, now=now)
    teaches = not page.rows and wanted.is_plain
    return {
        **context,
        **_around(member, wanted, url),
        "tabs": _tabs(wanted, counted, url),
        "live_path": "/ws/inbox/",
        "live_after": newest,
        "live_since": now.isoformat(),
        "empty_text": empty,
        "empty_hint": hint,
        "empty_url": phone_url() if teaches else "",
    }


def _around(member: Member, wanted: Filter, url: str) -> dict[str, Any]:
    number = None
    if wanted.number:
        number = own_numbers().filter(public_id=wanted.number).values_list("pk", flat=True).first()
    return {
        "wanted": wanted,
        "query": wanted.query(),
        "list_url": f"{url}?{wanted.encoded()}",
        "filter_for_page": wanted.for_page(member, number),
        "may_answer": member.may(Permission.INBOX_ANSWER),
    }


def _tabs(wanted: Filter, counted: dict[str, str], url: str) -> list[dict[str, Any]]:
    tabs = (
        ("open", _("Open"), Filter()),
        ("mine", _("Mine"), Filter(who="mine")),
        ("nobody", _("Unassigned"), Filter(who="nobody")),
        ("waiting", _("Waiting"), Filter(waiting=True)),
        ("unread", _("Unread"), Filter(unread=True)),
        ("mentions", _("Mentions"), Filter(mentions=True)),
        ("attention", _("To look at"), Filter(attention=True)),
        ("snoozed", _("Snoozed"), Filter(show="snoozed")),
        ("closed", _("Closed"), Filter(show="closed")),
    )
    return [
        {
            "name": name,
            "label": label,
            "url": f"{url}?{one.encoded()}",
            "is_here": one == wanted,
            "count": counted.get(name, ""),
        }
        for name, label, one in tabs
    ]


def _empty(wanted: Filter) -> tuple[str, str]:
    """What to say when there are none."""
    if wanted.search:
        return _("Nobody found by these words"), _("Search by name, by the last digits of the phone, or by a tag.")
    if wanted.is_plain:
        hint = _("When a guest writes to your WhatsApp number, the conversation appears here by itself.")
        return _("No one has written yet"), hint
    said = {
        Filter(waiting=True): (_("No one is waiting. Good work."), ""),
        Filter(attention=True): (_("Nothing to look at"), ""),
        Filter(show="closed"): (_("No conversation is closed"), ""),
        Filter(show="snoozed"): (_("Nothing is put away"), _("Snooze what can wait: it comes back by itself.")),
        Filter(who="mine"): (
            _("Nothing is yours at the moment"),
            _("Take one from Unassigned, or wait for your turn."),
        ),
        Filter(who="nobody"): (_("Every conversation is somebody's"), ""),
        Filter(unread=True): (_("Everything is read"), ""),
        Filter(mentions=True): (_("Nobody asks for you"), _("A colleague's note with @your name brings you here.")),
    }
    return said.get(wanted, (_("Nothing fits these filters"), _("Loosen one of them, or look at all that is open.")))
