"""How often strangers may do what costs the salon something: per address, per phone and per salon, each in a moving
window. Nobody's address or phone is kept, only a keyed hash of it."""

import ipaddress
import logging
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import redis
from django.http import HttpRequest
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.env import env
from crm.bookings.page.codes import keyed, new_secret
from ops.addresses import client_house
from ops.salon import current_salon_id

log = logging.getLogger(__name__)
_BUSY_S: Final = 0.25
_SCRIPT: Final = Path(__file__).with_name("window.lua").read_text()
MINUTE, HOUR = 60, 3600
DAY: Final = 24 * HOUR
# Whoever says "it was not me" gets no codes for so long.
_UNWANTED_S: Final = 30 * DAY


class TooMany(Exception):
    """Too often; again in `wait_s` seconds."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"again in {wait_s} s")
        self.wait_s = wait_s


class Limit(NamedTuple):
    """At most so many in so many seconds, of one kind of act by one `whose`."""

    what: str
    whose: str
    seconds: int
    most: int


def reads(address: str) -> list[Limit]:
    """Pages: a person who looks around does not come near it."""
    return [Limit("read", address, MINUTE, 300)]


def looks(address: str) -> list[Limit]:
    """Pages for which free times are looked for: the dear ones."""
    return [Limit("look", address, MINUTE, 60)]


def holds(address: str, phone: str) -> list[Limit]:
    """Places that are held (beside how many may be open at once, see holding)."""
    return [
        Limit("hold", address, 10 * MINUTE, 30),
        Limit("hold", f"net {network_of(address)}", 10 * MINUTE, 60),
        Limit("hold", phone, HOUR, 12),
        Limit("hold", "salon", 10 * MINUTE, 300),
    ]


def sends(phone: str, address: str) -> list[Limit]:
    """Codes that are sent: each may cost the salon money and a stranger their peace."""
    return [
        Limit("send", phone, HOUR, 10),
        Limit("send", phone, DAY, 20),
        Limit("send", f"from {address}", HOUR, 10),
        Limit("send", "salon", HOUR, 100),
        Limit("send", "salon", DAY, 300),
    ]


def moves(visit: str) -> list[Limit]:
    """Visits that their guests move."""
    return [Limit("move", visit, DAY, 5)]


def tries(address: str) -> list[Limit]:
    """Codes that are typed, beside the few of each hold."""
    return [Limit("try", address, 10 * MINUTE, 40)]


def words(contact: int) -> list[Limit]:
    """Codes that come by WhatsApp from one guest."""
    return [Limit("word", str(contact), HOUR, 8)]


def count(limits: Sequence[Limit]) -> None:
    """Note one act in all of these. Raises TooMany, and then it is noted in none."""
    salon = current_salon_id() or 0
    keys = [f"book:{salon}:{one.what}:{one.seconds}:{keyed('limit', one.whose)[:32]}" for one in limits]
    args = [new_secret(), *(value for one in limits for value in (one.seconds, one.most))]
    try:
        wait_ms = int(_script()(keys=keys, args=args))
    except redis.RedisError as error:
        # How many holds may be open at once is counted in the database: a flood stays small without this too.
        log.warning("booking page not counted: %s", error)
        return
    if wait_ms:
        raise TooMany(max(math.ceil(wait_ms / 1000), 1))


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; of IPv6 the network, since one house has a whole one."""
    return client_house(request)


def network_of(address: str) -> str:
    """Of IPv6 the larger network, which one provider's customer may have whole; else the same."""
    if "/" not in address:
        return address
    return str(ipaddress.ip_network(address).supernet(new_prefix=48))


def refuse(phone: str) -> None:
    """Its owner says that it was not them: no codes go there for a while. A keyed hash is kept, and forgotten by
    itself; where it is lost with the cache the other limits hold."""
    try:
        client().set(_unwanted(phone), "1", ex=_UNWANTED_S)
    except redis.RedisError as error:
        log.warning("refusal of a code not kept: %s", error)


def is_unwanted(phone: str) -> bool:
    """Whether its owner has said so lately."""
    try:
        return bool(client().exists(_unwanted(phone)))
    except redis.RedisError as error:
        log.warning("refusal of a code not read: %s", error)
        return False


def client() -> Any:
    """Valkey, which is never waited for long; what it forgets may be lost."""
    return _script().registered_client


def _unwanted(phone: str) -> str:
    return f"book:{current_salon_id() or 0}:unwanted:{keyed('unwanted', phone)[:32]}"


@cache
def _script() -> Any:
    made = redis.Redis.from_url(
        env.redis_url,
        socket_timeout=_BUSY_S,
        socket_connect_timeout=_BUSY_S,
        # The client's own retries would hold every page for seconds while Valkey is away.
        retry=Retry(NoBackoff(), 0),
    )
    return made.register_script(_SCRIPT)
