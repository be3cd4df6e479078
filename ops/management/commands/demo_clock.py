"""Skip the time of the whole demo."""

import json
import re
import urllib.request
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.env import env
from ops import clock

_SKIP = re.compile(r"^\+(\d{1,6})([smhdw])$")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Command(BaseCommand):
    """`manage.py demo_clock +24h` moves it forward, `demo_clock reset` brings it back."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """One word."""
        parser.add_argument("by", help="+90s, +15m, +24h, +3d, +2w, or reset")

    def handle(self, *args: Any, **options: Any) -> None:
        """Move the product's clock and the sandbox's."""
        if not env.demo:
            raise CommandError("Time can be skipped in the demo only (DEMO=1, as `make up` sets it).")
        if options["by"] == "reset":
            clock.reset()
        else:
            clock.skip(_parsed(options["by"]))
        total = clock.offset()
        if not _tell_sandbox(total):
            self.stderr.write("The sandbox does not answer; its clock was not moved.")
        self.stdout.write(f"The demo is {total} ahead: {clock.now():%Y-%m-%d %H:%M:%S} UTC")


def _parsed(text: str) -> timedelta:
    found = _SKIP.match(text)
    if found is None:
        raise CommandError(f"{text!r} is no span of time; write +90s, +15m, +24h, +3d, +2w, or reset.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _tell_sandbox(total: timedelta) -> bool:
    request = urllib.request.Request(  # noqa: S310 - our own setting, not an address a user gave
        f"{env.whatsapp_graph_url}/_sandbox/clock",
        data=json.dumps({"offset_s": total.total_seconds()}).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=3) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False
