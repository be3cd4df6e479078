"""The rules really run: a timer for each salon, a batch at a time, once a day."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from ops import clock
from ops.timers.actions import NewTimer, set_next
from ops.timers.registry import Due
from tenants.privacy import policy
from tenants.privacy.whom import salon_id

log = logging.getLogger(__name__)

KEEP = "privacy.retention"
# Between two batches: others want the database too.
BREATH = timedelta(seconds=2)


def keep_rules(due: Sequence[Due]) -> None:
    """One batch of the rule whose turn it is; then the next batch or the next rule, until all have had theirs."""
    kinds = [rule.kind for rule in policy.rules()]
    held = {one.rule.kind: one for one in policy.holding()}
    for timer in due:
        kind, _, nth = timer.subject.partition(":")
        if kind == "all":
            kind = kinds[0] if kinds else ""
        if kind not in held:
            continue
        one = held[kind]
        gone = _run(one, is_new=not nth)
        if gone >= one.rule.at_once:
            subject = f"{kind}:{int(nth or 0) + 1}"
        else:
            following = kinds.index(kind) + 1
            subject = kinds[following] if following < len(kinds) else ""
        if subject:
            set_next(salon_id(), NewTimer(KEEP, subject, clock.now() + BREATH, timer.version))


def _run(one: policy.Holding, *, is_new: bool) -> int:
    """One batch; how many went. A rule that fails is tried again tomorrow, and keeps no other from its turn."""
    kind, before = one.rule.kind, one.before
    if before is None:
        return 0
    try:
        with transaction.atomic():
            gone = one.rule.run(before, one.rule.at_once, one.how)
            policy.note_run(kind, gone, is_new=is_new)
    except Exception:
        log.exception("the rule of %s failed", kind)
        return 0
    return gone
