"""The one door for HTTP to addresses that come from outside: users, guests, webhooks, models (INVARIANTS I24).

`fetch` and `stream` for threads, `opened` for coroutines. An address is resolved by us, what it resolves to is checked
against a list of our own, and the connection goes to exactly what was checked.
"""

from ops.safe_http.address import BadAddress, Forbidden, check_address
from ops.safe_http.client import Answer, Failed, Limits, TooLarge, opened
from ops.safe_http.sync import Fetched, fetch, stream

__all__ = [
    "Answer",
    "BadAddress",
    "Failed",
    "Fetched",
    "Forbidden",
    "Limits",
    "TooLarge",
    "check_address",
    "fetch",
    "opened",
    "stream",
]
