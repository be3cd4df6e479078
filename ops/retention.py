"""Rows past their time, removed in small batches so that nothing waits for them."""

from datetime import datetime, timedelta

from celery import shared_task
from django.db import connection

from config.env import env
from ops import clock
from ops.doorbell import Doorbell

BATCH = 5000
# For each rule; what is left then goes with the next hour.
LOOK_FOR = timedelta(seconds=60)
# (table, rows that may go); `%s` is the moment before which they must have ended.
RULES = {
    # As long as the deliveries they are parts of.
    "inbox_item": ("state IN ('done', 'duplicate') AND created_at < %s", timedelta(days=env.delivery_days)),
    "inbox_item (bad)": (
        "state IN ('quarantined', 'dead') AND created_at < %s",
        timedelta(days=max(30, env.delivery_days)),
    ),
    "outbox_item": ("state = 'settled' AND settled_at < %s", timedelta(days=30)),
    # Meta counts over one day; see channels_wa.outbox.portfolio.
    "portfolio_talk": ("at < %s", timedelta(days=2)),
    "event_item": ("state = 'done' AND due_at < %s", timedelta(days=7)),
    "event_item (bad)": ("state = 'dead' AND due_at < %s", timedelta(days=90)),
    "timer": ("state = 'done' AND due_at < %s", timedelta(days=7)),
    "timer (bad)": ("state = 'dead' AND due_at < %s", timedelta(days=90)),
    # Which causes were counted: none comes again after so long.
    "usage_once": ("at < %s", timedelta(days=100)),
    # Limits that a salon was told of, by the month.
    "quota_alert": ("at < %s", timedelta(days=400)),
    "number_signup": ("expires_at < %s", timedelta(hours=1)),
    "entry_code": ("expires_at < %s", timedelta(days=1)),
    # An opening that waits for an address to be confirmed waits as long as the link lives, and longer.
    "opening": ("asked_at < %s", timedelta(days=30)),
    "stripe_delivery": ("state IN ('done', 'ignored') AND due_at < %s", timedelta(days=30)),
    "stripe_delivery (bad)": ("state = 'dead' AND due_at < %s", timedelta(days=90)),
    "mail_item": ("due_at < %s", timedelta(days=2)),
    "log_in": ("seen_at < %s", timedelta(days=30)),
    "session": ("expires_at < %s", timedelta(days=1)),
}
_KEYS = {"session": "key_hash", "usage_once": "ctid"}
# What a guest or an owner would date carries the demo's offset; the rest is the machine's.
_PRODUCT_TIME = frozenset({"outbox_item", "portfolio_talk", "timer", "timer (bad)", "usage_once", "quota_alert"})


@shared_task(base=Doorbell, queue="background")
def prune(**_: object) -> dict[str, int]:
    """Remove what is past its time, a batch at a time; how many rows of each kind."""
    return {name: _prune(name) for name in RULES}


def _prune(name: str) -> int:
    rule, age = RULES[name]
    before = (clock.now() if name in _PRODUCT_TIME else clock.real()) - age
    until, total = clock.real() + LOOK_FOR, 0
    while clock.real() < until:
        gone = _delete(name.partition(" ")[0], rule, before)
        total += gone
        if gone < BATCH:
            break
    return total


def _delete(table: str, rule: str, before: datetime) -> int:
    key = _KEYS.get(table, "id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM public.{table} WHERE {key} IN "
            f"(SELECT {key} FROM public.{table} WHERE {rule} LIMIT {BATCH} FOR UPDATE SKIP LOCKED)",
            [before],
        )
        return int(cursor.rowcount)
