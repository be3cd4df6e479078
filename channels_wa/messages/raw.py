"""Items as Meta sent them, for the rows of messages: sealed so that who forgets a contact makes noise of them (ADR 34).

The box needs the salon's key and the contact's share, which lies outside of every backup. Whose share it was stands in
front: a message may go to another contact by a merge, and back.
"""

import logging
from typing import Final

from ops import vault
from ops.salon import current_salon_id
from ops.sealing import Box, CannotOpen, place
from ops.storage import StorageError
from tenants.salons.keys import box_of

log = logging.getLogger(__name__)

_BY_CONTACT: Final = b"\x03"
_ID: Final = 8


def box_of_contact(salon_id: int, contact_id: int, *, to_seal: bool = False) -> Box:
    """The contact's own box; 0 is the salon itself. Raises CannotOpen where the contact was erased."""
    try:
        share = vault.share(salon_id, contact_id, to_seal=to_seal)
    except vault.ShareGone:
        raise CannotOpen("the contact was erased") from None
    return box_of(salon_id).with_share(share, "contact")


def seal(data: bytes, *, contact_id: int, wamid: str) -> bytes:
    """The item for the row of this message. Inside the salon."""
    salon_id = current_salon_id() or 0
    # Bound to the wamid: the row's own id does not exist yet.
    aad = place(salon_id, "message", "raw", wamid)
    try:
        sealed = box_of_contact(salon_id, contact_id, to_seal=True).seal(data, aad)
    except (StorageError, OSError) as error:
        # No message waits for the vault: this one's item goes with its row, and with the backups that hold it.
        log.warning("the vault is away (%s): an item is sealed with the salon's key alone", type(error).__name__)
        return box_of(salon_id).seal(data, aad)
    return _BY_CONTACT + contact_id.to_bytes(_ID, "big") + sealed


def opened(blob: bytes, *, wamid: str) -> bytes:
    """The item as it came. Raises CannotOpen, also where the contact was erased."""
    blob, salon_id = bytes(blob), current_salon_id() or 0
    aad = place(salon_id, "message", "raw", wamid)
    if blob[:1] != _BY_CONTACT:  # from before there were shares
        return box_of(salon_id).open(blob, aad)
    contact_id = int.from_bytes(blob[1 : 1 + _ID], "big")
    return box_of_contact(salon_id, contact_id).open(blob[1 + _ID :], aad)
