"""A pytest plugin (`-p tests.invariants.planting`, PLANTED=name): makes the product wrong in one way."""

import asyncio
import hmac
import os
import re
from collections.abc import Callable, Sequence
from typing import Any


def acknowledge_before_commit() -> None:
    """200 is said as soon as a delivery is queued."""
    from channels_wa.gate.keeper import Keeper, Kept

    honest = Keeper.put

    async def put(self: Keeper, raw: bytes, signature: bytes) -> Kept | None:
        task = asyncio.ensure_future(honest(self, raw, signature))
        _kept_alive.add(task)
        return Kept.STORED

    Keeper.put = put  # type: ignore[method-assign]


def no_signature_check() -> None:
    """Anybody may be Meta."""
    from channels_wa.gate import signature

    signature.is_valid = lambda raw, header, secrets: True


def one_secret_only() -> None:
    """The older of two active secrets is forgotten."""
    from channels_wa.gate import signature

    honest = signature.usable
    signature.usable = lambda secrets: honest(secrets)[:1]


def no_dedupe() -> None:
    """A wamid that was seen is kept again."""
    from channels_wa.inbound import keep

    keep._without_duplicates = lambda batch: list(batch)


def last_status_wins() -> None:
    """A status moves the message wherever it says."""
    from channels_wa.outbox import statuses

    def move(message: Any, update: Any) -> None:
        message.wamid, message.status, message.is_changed = update.wamid, update.status, True

    statuses._move_up = move


def resend_on_timeout() -> None:
    """What nobody knows is sent again, whatever its class."""
    from channels_wa.outbox import settling

    def decide_in(salon_id: int, items: Sequence[Any]) -> int:
        from ops.salon import run_in_salon

        return run_in_salon(salon_id, lambda: settling._send_again(salon_id, items))

    settling._decide_in = decide_in


def no_fence() -> None:
    """Queries run in whatever schema the connection stands."""
    from ops import salon

    def guard(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        return execute(sql, params, many, context)

    salon.guard = guard


def window_at_enqueue_only() -> None:
    """The checks are not asked again before the call."""
    from channels_wa.outbox import flight

    setattr(flight, "ask", lambda batch, now: [None] * len(batch))  # noqa: B010


def answer_in_the_keep_transaction() -> None:
    """A flow that fails takes the guest's message out of the inbox."""
    from channels_wa.inbound import answer, queue
    from ops import claim

    def give_up(batch: Sequence[Any]) -> None:
        try:
            answer._answer(batch)
        except Exception:
            claim.finish(queue.MESSAGES, [work.row for work in batch])

    answer.answer = give_up
    from channels_wa.inbound import drain

    setattr(drain, "answer", give_up)  # noqa: B010


def running_flows_follow_the_newest_version() -> None:
    """An edited flow changes under the guests who are in it."""
    from flows.models import Flow
    from flows.runtime import inbound

    honest = getattr(inbound, "graphs_of")  # noqa: B009

    def graphs_of(salon_id: int, version_ids: Any) -> dict[int, Any]:
        newest = dict(Flow.objects.values_list("versions__pk", "published_id"))
        wanted = list(version_ids)
        found = honest(salon_id, {newest.get(pk) or pk for pk in wanted})
        return {pk: found[newest.get(pk) or pk] for pk in wanted}

    setattr(inbound, "graphs_of", graphs_of)  # noqa: B010


def no_unique_constraint() -> None:
    """Only code, no constraint, says what was kept already."""
    from tenants.salons import schemas

    text, fingerprint = schemas.template()
    for name in ("seen_pkey PRIMARY KEY (wamid)", "message_once UNIQUE (wamid)"):
        text, found = re.subn(rf"ALTER TABLE ONLY [\w.]+\n\s+ADD CONSTRAINT {re.escape(name)};", "", text)
        assert found == 1, name
    schemas.template = lambda: (text, fingerprint)  # type: ignore[assignment]


def hmac_compared_by_equals() -> None:
    """How long the comparison takes tells how much of the signature was right."""
    from channels_wa.gate import signature

    def is_valid(raw: bytes, header: bytes | None, secrets: Sequence[bytes]) -> bool:
        return any(header == b"sha256=" + hmac.new(one, raw, "sha256").hexdigest().encode() for one in secrets)

    signature.is_valid = is_valid


def on_commit_in_the_wrong_schema() -> None:
    """Who is told after a commit is decided by where the connection stands then."""
    from django.db import transaction

    from ops import live
    from ops.salon import current_salon_id

    def publish_on_commit(salon_id: int, topic: str, message: dict[str, Any]) -> None:
        transaction.on_commit(lambda: live.publish(current_salon_id() or 0, topic, message))

    live.publish_on_commit = publish_on_commit


def cache_without_salon() -> None:
    """Rows of two salons with one number are one in memory."""
    from flows.runtime import graphs

    honest = graphs.graphs_of

    def graphs_of(salon_id: int, version_ids: Any) -> Any:
        return honest(salon_id and 0, version_ids)

    graphs.graphs_of = graphs_of


# Fault -> the tests that must turn red.
FAULTS: dict[str, tuple[Callable[[], None], tuple[str, ...]]] = {
    "acknowledge before commit": (acknowledge_before_commit, ("tests/gate/test_keeper.py",)),
    "no signature check": (no_signature_check, ("tests/gate/test_gate.py",)),
    "one secret only": (one_secret_only, ("tests/gate/test_gate.py",)),
    "no dedupe": (no_dedupe, ("tests/inbound/test_drain.py",)),
    "last status wins": (last_status_wins, ("tests/outbox/test_statuses.py",)),
    "resend on time-out": (resend_on_timeout, ("tests/outbox/test_statuses.py",)),
    "no fence": (no_fence, ("tests/tenants/test_fence.py",)),
    "window at enqueue only": (window_at_enqueue_only, ("tests/outbox/test_dispatch.py",)),
    "a failing flow eats the message": (
        answer_in_the_keep_transaction,
        ("tests/invariants/test_i11_no_poison_stall.py",),
    ),
    "runs follow the newest version": (
        running_flows_follow_the_newest_version,
        ("tests/invariants/test_i12_version_safety.py",),
    ),
    "no unique constraint": (no_unique_constraint, ("tests/inbound/test_drain.py",)),
    "== on an HMAC": (hmac_compared_by_equals, ("tests/gate/test_signature.py",)),
    "on-commit in the wrong schema": (on_commit_in_the_wrong_schema, ("tests/ops/test_live.py",)),
    "cache without salon": (cache_without_salon, ("tests/flows/runtime/test_graphs.py",)),
}
_kept_alive: set[Any] = set()


def pytest_sessionstart(session: Any) -> None:
    """Plant the fault once Django is set up, before any test."""
    FAULTS[os.environ["PLANTED"]][0]()
