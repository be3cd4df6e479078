"""Let deliveries of a time take effect once more."""

from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.dateparse import parse_date, parse_datetime

from channels_wa.inbound.log import ranges
from channels_wa.inbound.log.search import Wanted
from channels_wa.inbound.models import Replay
from ops import clock
from tenants.salons.models import Salon

COUNTED = 1_000_000


class Command(BaseCommand):
    """`manage.py replay_webhooks --from T [--to T] [--salon S] [--kind K] [--state S] [--contains X] [--dry-run]`.

    Times are ISO 8601, without an offset in UTC. Safe to run twice: what was kept stays one message.
    """

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Which deliveries."""
        parser.add_argument("--from", dest="start", required=True)
        parser.add_argument("--to", dest="end", default="")
        parser.add_argument("--salon", default="", help="slug; only what concerns this salon")
        parser.add_argument("--kind", default="", help="message, status, account, …")
        parser.add_argument("--state", default="", help="done, quarantined, dead, …")
        parser.add_argument("--contains", default="", help="a wamid, digits of a phone, an id")
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, or replay batch by batch."""
        wanted = self._wanted(options)
        if options["dry_run"]:
            found, more = ranges.count(wanted, most=COUNTED)
            self.stdout.write(f"{found}{'+' if more else ''} deliveries would be replayed.")
            return
        run = Replay.objects.create(wanted=wanted.to_json(), asked_by="manage.py")
        while not self._step(run.pk):
            run.refresh_from_db()
            self.stderr.write(f"{ranges.progress(run)} %: {run.deliveries} deliveries, {run.items} items")
        run.refresh_from_db()
        self.stdout.write(f"{run.deliveries} deliveries were replayed, {run.items} items take effect once more.")

    @transaction.atomic
    def _step(self, pk: int) -> bool:
        run = Replay.objects.select_for_update().get(pk=pk)
        return run.state != Replay.State.RUNNING or ranges.step(run)

    def _wanted(self, options: dict[str, Any]) -> Wanted:
        salon_id = None
        if options["salon"]:
            salon_id = Salon.objects.filter(slug=options["salon"]).values_list("pk", flat=True).first()
            if salon_id is None:
                raise CommandError(f"There is no salon {options['salon']!r}.")
        start = _moment("--from", options["start"])
        end = _moment("--to", options["end"]) if options["end"] else clock.real() + timedelta(seconds=1)
        if start >= end:
            raise CommandError("--from must be earlier than --to.")
        return Wanted(start, end, salon_id, kind=options["kind"], state=options["state"], text=options["contains"])


def _moment(name: str, given: str) -> datetime:
    try:
        day = parse_date(given)
        found = parse_datetime(given) or (datetime.combine(day, datetime.min.time()) if day else None)
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"{name}: {given!r} is no moment; write 2026-11-20T15:00:00Z.")
    return found if found.tzinfo else found.replace(tzinfo=clock.real().tzinfo)
