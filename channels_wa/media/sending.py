"""What is wrong with the file of a message that somebody wants to send."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from channels_wa.media.kinds import LIMITS, MB, most_bytes
from channels_wa.media.links_out import problem_of_link
from channels_wa.media.models import Media, State
from channels_wa.media.naming import public_id_of
from channels_wa.media.reasons import words_of
from channels_wa.messages.problems import Problem


def problems_of(kind: str, payload: Mapping[str, Any]) -> list[Problem]:
    """What keeps a message of this kind from carrying its file; asks the database at most. Inside the salon."""
    if "link" in payload and "media" not in payload:
        words = problem_of_link(payload["link"])
        return [Problem("media.link", words)] if words else []
    found = _file(payload.get("media"))
    if found is None:
        return [Problem("media", _("There is no such file here. Upload it again."))]
    words = _problem_of_file(kind, found)
    return [Problem("media", words)] if words else []


def _file(named: object) -> Media | None:
    public_id = public_id_of(named)
    return Media.objects.filter(public_id=public_id).first() if public_id else None


def _problem_of_file(kind: str, media: Media) -> str:
    if media.state == State.WAITING:
        return _("This file is still being fetched. Try again in a moment.")
    if media.state != State.READY:
        return words_of(media.reason) or _("This file is not here any more. Upload it again.")
    limits = LIMITS[kind]
    if media.mime_type not in limits.types:
        return _("WhatsApp does not take a file of type %(type)s as this kind of message.") % {"type": media.mime_type}
    most = most_bytes(kind, is_animated=media.is_animated)
    if (media.size or 0) > most:
        return _("This file has %(size)s MB; WhatsApp takes at most %(most)s MB.") % {
            "size": f"{(media.size or 0) / MB:.1f}",
            "most": f"{most / MB:.1f}",
        }
    return ""
