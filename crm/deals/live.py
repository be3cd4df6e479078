"""News for open boards: which deals are otherwise now. No word of a deal travels; each board reads what it may see."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from crm.deals.models import Deal
from ops.live import publish_on_commit
from ops.salon import current_salon_id

TOPIC = "deals"
# Of more than this a board is told that it is old, not card by card.
MOST_NEWS = 30
# Those that changed last, by the index of each pipeline, however many deals there are.
LATEST = """
SELECT newest.public_id, newest.version, pipeline.public_id, newest.updated_at FROM pipeline CROSS JOIN LATERAL (
    SELECT public_id, version, updated_at FROM deal WHERE deal.pipeline_id = pipeline.id
    ORDER BY updated_at DESC, id DESC LIMIT %(most)s) newest
ORDER BY newest.updated_at DESC LIMIT %(most)s
"""


class Latest(NamedTuple):
    """A deal as news have it: `seq` is when it changed, in millionths of a second."""

    deal: str
    version: int
    pipeline: str
    seq: int


def tell_changed(deal: Deal) -> None:
    """Once the transaction has committed, open boards show the deal as it is then."""
    _tell([Latest(str(deal.public_id), deal.version, str(deal.stage.pipeline.public_id), seq_of(deal.updated_at))])


def tell_about(deals: Iterable[Deal | None]) -> None:
    """The same where something beside the deals is otherwise, as what is to be done next: whatever version is shown."""
    _tell([Latest(str(deal.public_id), 0, "", 0) for deal in deals if deal])


def tell_boards() -> None:
    """Stages or many deals are otherwise: open boards read themselves anew."""
    if (salon_id := current_salon_id()) is not None:
        publish_on_commit(salon_id, TOPIC, {"kind": "boards"})


def as_message(news: Iterable[Latest]) -> dict[str, Any]:
    """What goes to the browser."""
    rows = list(news)
    return {"kind": "deals", "deals": [row[:3] for row in rows], "seq": max((row.seq for row in rows), default=0)}


def latest() -> list[Latest]:
    """The deals that changed last, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(LATEST, {"most": MOST_NEWS + 1})
        return [
            Latest(str(deal), version, str(pipeline), seq_of(at)) for deal, version, pipeline, at in cursor.fetchall()
        ]


def seq_of(at: datetime) -> int:
    """A moment as a number that a browser can keep."""
    return int(at.timestamp() * 1_000_000)


def _tell(news: list[Latest]) -> None:
    if news and (salon_id := current_salon_id()) is not None:
        publish_on_commit(salon_id, TOPIC, as_message(news))
