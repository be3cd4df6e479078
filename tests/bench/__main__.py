"""`make bench`: one JSON object per line. BENCH=a,b runs those; figures are kept in .state/bench/latest.json."""

import json
import os
import subprocess
import sys
import traceback
from importlib import import_module

from tests.bench.house import FOLDER, House, say
from tests.bench.result import Result

# Name of the contract -> where it is measured. Memory comes late: it is that of the processes of the others.
BENCHES = {
    "engine_steps_per_s": "engine.measured",
    "parse_items_per_s": "parsing.items_per_s",
    "ingest_webhooks_per_s": "ingest.webhooks_per_s",
    "ingest_p99_ms": "ingest.p99_ms",
    "drain_statuses_per_s": "drain.statuses_per_s",
    "drain_messages_per_s": "drain.messages_per_s",
    "flow_steps_per_s": "flow.steps_per_s",
    "flow_inputs_per_s": "flow.inputs_per_s",
    "send_messages_per_s": "send.messages_per_s",
    "fair_reply_delay_p95_s": "fairness.reply_delay_p95_s",
    "api_fairness_p95_ratio": "api.fairness_p95_ratio",
    "api_fairness_unlimited_p95_ratio": "api.fairness_unlimited_p95_ratio",
    "end_to_end_p95_ms": "end_to_end.p95_ms",
    "cpu_ms_per_message": "end_to_end.cpu_ms",
    "console_latency_p95_ms": "console.latency_p95_ms",
    "inbox_push_p95_ms": "push.p95_ms",
    "canvas_500_first_paint_ms": "canvas.first_paint_ms",
    "canvas_500_drag_frame_ms": "canvas.drag_frame_ms",
    "flow_bundle_gzip_kb": "canvas.bundle_gzip_kb",
    "timers_claimed_per_s": "timers.claimed_per_s",
    "timer_scan_ms_at_1000_salons": "timers.scan_ms",
    "waits_due_lag_p99_s": "timers.waits_lag_s",
    "import_contacts_per_s": "contact_lists.import_per_s",
    "export_contacts_per_s": "contact_lists.export_per_s",
    "availability_week_ms": "bookings.availability_week_ms",
    "bookings_per_s": "bookings.bookings_per_s",
    "quota_checks_per_s": "quotas.checks_per_s",
    "quota_checks_batched_per_s": "quotas.checks_batched_per_s",
    "usage_event_ms": "quotas.usage_event_ms",
    "memory_mb_web": "memory.web",
    "memory_mb_web_200_inboxes": "push.memory_mb",
    "memory_mb_gate": "memory.gate",
    "memory_mb_worker": "memory.worker",
    **{
        f"page_{what}_{page}": f"pages.{what}_{page}"
        for page in (
            *("home", "inbox", "conversation", "contacts", "deals", "calendar", "flows", "flow", "executions"),
            "billing",
        )
        for what in ("p95_ms", "queries", "kb")
    },
    "search_p95_ms": "search.p95_ms",
    "reminders_due_s": "reminders.due_s",
    "open_salon_s": "salons.open_s",
    "migrate_salons_noop_s": "salons.migrate_noop_s",
    "migrate_salons_add_column_s": "salons.migrate_add_column_s",
    "salon_scale_ratio": "salons.scale_ratio",
}
# These need a thousand salons: a process of their own, because one process knows one database.
OF_A_THOUSAND = [name for name, place in BENCHES.items() if place.startswith(("salons.", "reminders."))]
# These need a salon with years behind it, which is kept.
OF_A_CROWD = [name for name, place in BENCHES.items() if place.startswith(("pages.", "search."))]
HOUSE = "BENCH_HOUSE"


def main() -> int:
    """Run what was asked for; 1 when one of them could not be measured."""
    names = [name.strip() for name in os.environ.get("BENCH", "").split(",") if name.strip()] or list(BENCHES)
    if unknown := [name for name in names if name not in BENCHES]:
        print(f"No bench {', '.join(unknown)}. There are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    if house := os.environ.get(HOUSE):
        return run(house, names)
    ended = [
        _in_a_process(house, some)
        for house, some in (
            ("house", [name for name in names if name not in (*OF_A_THOUSAND, *OF_A_CROWD)]),
            ("crowd", [name for name in names if name in OF_A_CROWD]),
            ("thousand", [name for name in names if name in OF_A_THOUSAND]),
        )
        if some
    ]
    return max(ended)


def _in_a_process(house: str, names: list[str]) -> int:
    environ = {**os.environ, HOUSE: house, "BENCH": ",".join(names)}
    return subprocess.run([sys.executable, "-m", "tests.bench"], env=environ, check=False).returncode


def run(house_name: str, names: list[str]) -> int:
    """Run these in one house."""
    failed = []
    house = House(house_name).open().with_django()
    try:
        for name in names:
            say(name)
            try:
                if house_name != "crowd":
                    house.forget()
                tell(measure(name, house))
            except Exception:
                failed.append(name)
                traceback.print_exc()
    finally:
        house.close()
    if failed:
        say(f"could not be measured: {', '.join(failed)}")
    return 1 if failed else 0


def measure(name: str, house: House) -> Result:
    """One bench."""
    module, _, function = BENCHES[name].partition(".")
    result: Result = getattr(import_module(f"tests.bench.{module}"), function)(house)
    return result


def tell(result: Result) -> None:
    """Print the line and keep it beside those of earlier runs."""
    print(json.dumps(result.as_dict()), flush=True)
    file = FOLDER / "latest.json"
    kept = json.loads(file.read_text()) if file.is_file() else {}
    kept[result.bench] = result.as_dict()
    file.write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
