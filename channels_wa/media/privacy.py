"""Files of messages, each sealed with its contact's key."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from channels_wa.media import actions, storing
from channels_wa.media.models import Media
from channels_wa.media.privacy_rules import RETENTION  # noqa: F401
from ops import vault
from ops.sealing import CannotOpen
from ops.storage import Missing
from tenants.privacy.declaring import BY_RULE, LEAVES, OF_CONTACT, ROWS, Table
from tenants.privacy.exporting.archive import File
from tenants.privacy.whom import Person, salon_id

TABLES = [
    Table(
        "media_upload",
        holds=("meta_media_id",),
        why=_("To send a file that WhatsApp has already"),
        kept=_("30 days"),
        where="t.media_id IN (SELECT id FROM media WHERE contact_id = ANY(%(c)s))",
        in_export=False,
        order=LEAVES,
        label=_("Files as WhatsApp has them"),
    ),
    Table(
        "media",
        holds=("name", "sha256", "source_url"),
        also=("public_id", "direction", "kind", "mime_type", "size", "created_at"),
        why=_("To show what guests send"),
        kept=BY_RULE,
        where=OF_CONTACT,
        order=ROWS,
        label=_("Files"),
    ),
    Table(
        "contact_key",
        holds=("sealed_key",),
        why=_("To open the files of one contact, and to destroy them at once"),
        where=OF_CONTACT,
        key="contact_id",
        in_export=False,
        order=ROWS + 1,
        label=_("Keys of files"),
    ),
]


def also_erase(person: Person) -> dict[str, int]:
    """The bytes of files and the key that opens every copy of them, and of raw messages, wherever it lies."""
    gone = sum(actions.forget(contact_id) for contact_id in person.ids)
    vault.destroy(salon_id(), person.ids)
    return {"file": gone}


def still_there(person: Person) -> dict[str, int]:
    """Files with bytes, and keys that open something."""
    kept = Media.objects.filter(contact_id__in=person.ids).exclude(storage_key="").count()
    keys = 0
    for contact_id in person.ids:
        try:
            vault.share(salon_id(), contact_id)
            keys += 1
        except vault.ShareGone:
            continue
    return {"file": kept, "key_share": keys}


def files_of(person: Person) -> Iterator[File]:
    """Every file that still opens."""
    for media in Media.objects.filter(contact_id__in=person.ids, state="ready").order_by("pk").iterator(200):
        ending = media.name.rpartition(".")[2] if "." in media.name else media.mime_type.rpartition("/")[2]
        name = f"media/{media.pk}-{media.kind}.{''.join(filter(str.isalnum, ending))[:10] or 'bin'}"
        try:
            yield File(name, storing.reading(media))
        except (CannotOpen, Missing):
            continue
