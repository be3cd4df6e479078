"""Bells: "look, there is work". They may be lost; the work stands in rows and the poll finds it.

`ring` never blocks and never fails: a thread of its own publishes the Celery message. A bell that hangs already is
not rung again, so that a burst of work makes one bell and not thousands. This module needs no Django, because the
gate rings too.
"""

import base64
import json
import logging
import queue
import threading
import time
import uuid

import redis

from config.env import env

log = logging.getLogger(__name__)

# Bell name -> (task, queue). The task takes no arguments: it looks.
BELLS = {
    "inbox": ("channels_wa.inbound.tasks.drain", "replies"),
    "replies": ("channels_wa.outbox.tasks.dispatch_replies", "replies"),
    "campaigns": ("channels_wa.outbox.tasks.dispatch_campaigns", "background"),
    "events": ("ops.eventqueue.tasks.handle", "background"),
    "timers": ("ops.timers.tasks.tick", "background"),
    "stripe": ("billing.gateways.stripe.tasks.drain", "background"),
    "openings": ("tenants.salons.tasks.open_asked", "background"),
    "post": ("tenants.accounts.tasks.send", "background"),
    "usage": ("billing.quotas.tasks.watch", "background"),
}
# A bell whose worker died is taken as silent after this time; the poll is as quick.
HANGS_FOR_MS = 2000
COMPLAIN_EVERY_S = 30.0
_BUSY_S = 1.0

_wanted: "queue.SimpleQueue[str]" = queue.SimpleQueue()
_pending: set[str] = set()
_lock = threading.Lock()
_thread: threading.Thread | None = None
_complained_at = -COMPLAIN_EVERY_S


def ring(name: str) -> None:
    """Ask a worker to look at the rows behind this bell. Returns at once; KeyError for a bell nobody knows."""
    if name not in BELLS:
        raise KeyError(f"no bell {name!r}; known: {', '.join(BELLS)}")
    with _lock:
        _start()
        if name in _pending:
            return
        _pending.add(name)
    _wanted.put(name)


def answered(name: str, client: "redis.Redis | None" = None) -> None:
    """Called by the task before it looks: work that comes from now on may ring again."""
    try:
        (client or _client()).delete(_key(name))
    except redis.RedisError:
        log.debug("bell not reset", exc_info=True)


def message(task: str, routing_key: str) -> str:
    """A Celery message (protocol 2) as kombu's Redis transport keeps it."""
    task_id = str(uuid.uuid4())
    body = base64.b64encode(json.dumps([[], {}, {}]).encode()).decode()
    return json.dumps(
        {
            "body": body,
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": {
                "lang": "py",
                "task": task,
                "id": task_id,
                "root_id": task_id,
                "argsrepr": "()",
                "kwargsrepr": "{}",
            },
            "properties": {
                "correlation_id": task_id,
                "delivery_mode": 1,
                "delivery_info": {"exchange": "", "routing_key": routing_key},
                "priority": 0,
                "body_encoding": "base64",
                "delivery_tag": task_id,
            },
        }
    )


def _key(name: str) -> str:
    return f"bell:{name}"


def _start() -> None:
    global _thread
    if _thread is None or not _thread.is_alive():
        _thread = threading.Thread(target=_publish_forever, name="bells", daemon=True)
        _thread.start()


_redis: "redis.Redis | None" = None


def _client() -> "redis.Redis":
    global _redis
    if _redis is None:
        _redis = redis.Redis.from_url(env.redis_url, socket_timeout=_BUSY_S, socket_connect_timeout=_BUSY_S)
    return _redis


def _publish_forever() -> None:
    while True:
        name = _wanted.get()
        with _lock:
            _pending.discard(name)
        task, routing_key = BELLS[name]
        try:
            if _client().set(_key(name), "1", nx=True, px=HANGS_FOR_MS):
                _client().lpush(routing_key, message(task, routing_key))
        except redis.RedisError as error:
            _complain(name, error)


def _complain(name: str, error: Exception) -> None:
    # While Valkey is away the poll does the work; a line for each bell would drown what matters.
    global _complained_at
    if time.monotonic() - _complained_at >= COMPLAIN_EVERY_S:
        _complained_at = time.monotonic()
        log.warning("bells are not rung, the poll finds the work: %s: %s", name, error)


def forget_thread() -> None:
    """For a forked child: threads do not live through a fork."""
    global _thread, _redis, _lock
    _thread, _redis, _lock = None, None, threading.Lock()
    _pending.clear()
