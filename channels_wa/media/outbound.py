"""Files of ours on their way to Meta: asked before a message leaves, and put in when it does."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from channels_wa.media import uploads
from channels_wa.media.models import Media, State
from channels_wa.media.naming import named_in, public_id_of
from channels_wa.outbox.checks import OutboundFacts, Refusal

# A message whose file is not with Meta yet is looked at again after this; the upload brings it forward sooner.
AGAIN = timedelta(seconds=30)


def check(batch: Sequence[OutboundFacts], now: datetime) -> list[Refusal | None]:
    """Let a message wait until Meta has its files, and refuse one whose file is not to be had (OUTBOUND_CHECKS)."""
    named = [(facts.number_id, named_in(facts.payload)) for facts in batch]
    wanted = {public_id for _number, public_ids in named for public_id in public_ids}
    if not wanted:
        return [None] * len(batch)
    known = {one.public_id: one for one in Media.objects.filter(public_id__in=wanted)}
    uploads.mark_used(list(known.values()), now=now)
    pairs = {
        (known[public_id].pk, number_id)
        for number_id, public_ids in named
        for public_id in public_ids
        if public_id in known and known[public_id].is_ready
    }
    standing = uploads.standing(pairs, now=now)
    if missing := _missing(known.values(), standing):
        uploads.hold_still((one.public_id, number) for one, number in missing)
        standing = uploads.standing(pairs, now=now)
        uploads.ask_for(_missing(known.values(), standing), now=now)
    return [_refusal([known.get(one) for one in ids], number, standing, now) for number, ids in named]


def meta_ids(number_id: int, public_ids: Sequence[str]) -> dict[str, str]:
    """Meta's ids of these files for this number, by ours as they were given; what Meta does not have is missing."""
    by_id: dict[UUID, str] = {}
    for given in public_ids:
        if (public_id := public_id_of(given)) is not None:
            by_id[public_id] = given
    return {by_id[public_id]: meta_id for public_id, meta_id in uploads.living(number_id, list(by_id)).items()}


def _missing(files: Iterable[Media], standing: Mapping[tuple[int, int], str]) -> list[tuple[Media, int]]:
    """What Meta does not have yet, each with the number it is for."""
    by_pk = {one.pk: one for one in files}
    return [(by_pk[media], number) for (media, number), meta_id in standing.items() if not meta_id]


def _refusal(
    files: Sequence[Media | None], number_id: int, standing: dict[tuple[int, int], str], now: datetime
) -> Refusal | None:
    for one in files:
        if one is None or one.state in (State.GONE, State.EXPIRED):
            return Refusal("media_missing")
        if one.state == State.REFUSED:
            return Refusal("media_refused")
        if standing.get((one.pk, number_id)) == uploads.REFUSED:
            return Refusal("media_not_taken")
    if any(one and not standing.get((one.pk, number_id)) for one in files):
        return Refusal("media_uploading", until=now + AGAIN)
    return None
