"""Meta's word that it cannot use a file: the next try of the message hands it over anew."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from channels_wa.media.models import Media, MediaUpload
from channels_wa.media.naming import named_in
from ops.eventqueue.handling import Heard

# By class (131052, 131053), and by the codes under which Meta also says that it does not know an id.
CLASSES = frozenset({"media"})
CODES = frozenset({100, 131008, 131009})


def on_failed(events: Sequence[Heard]) -> None:
    """A message failed (EVENT_HANDLERS); where it was its file, Meta's id of it is not used again."""
    doubtful = [event.subject for event in events if _is_about_files(event.payload)]
    if not doubtful:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number_id, payload::text FROM message WHERE public_id = ANY(%s) AND direction = 'out'", [doubtful]
        )
        rows = cursor.fetchall()
    for number_id, payload in rows:
        named = named_in(_json(payload))
        files = Media.objects.filter(public_id__in=named).values_list("pk", flat=True)
        MediaUpload.objects.filter(number_id=number_id, media_id__in=list(files)).delete()


def _is_about_files(payload: dict[str, Any]) -> bool:
    return payload.get("class") in CLASSES or payload.get("code") in CODES


def _json(text: str) -> dict[str, Any]:
    found = json.loads(text)
    return found if isinstance(found, dict) else {}
