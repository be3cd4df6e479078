"""Play a flow in the terminal; nothing leaves."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from flows.graph import Graph, GraphError
from flows.models import Flow
from flows.simulator.drawings import drawing_now, graphs_with
from flows.simulator.driver import Driver, Graphs
from flows.simulator.playing import play
from flows.simulator.script import ScriptError, moment, read, span, world_answer
from flows.simulator.world import TRIED, World, contact_facts, options_of
from ops import clock
from ops.salon import run_in_salon
from tenants.salons.models import Salon

JSON = dict[str, Any]
HELP = "/tap TITLE  /skip  /later 2 days  /set NAME VALUE  /answer {JSON}  /happens KIND  /vars  /quit"


class Command(BaseCommand):
    """`manage.py play_flow FILE.json [--say oi]…`, or `FLOW-ID --salon SLUG`.

    A line is what the guest says; one that begins with / is a command, which /help lists. With --say nobody is asked.
    With --tests the file's own tests run instead. --json prints each entry (flows.simulator.driver) as a line of JSON.
    """

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """What to play, and as whom."""
        parser.add_argument("source", help="a drawing or an exported flow as a file, or a flow's id")
        parser.add_argument("--salon", default="", help="slug of the salon whose flow it is")
        parser.add_argument("--flow-version", default="", help="number of a version; without it the draft, if any")
        parser.add_argument("--say", action="append", default=[], help="may stand there several times")
        parser.add_argument("--name", default="Ana Souza", help="of the guest")
        parser.add_argument("--at", default="", help="when it begins, as 2026-11-20T10:00 on the salon's wall")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--steps", action="store_true", help="show each step")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--tests", action="store_true", help="run the tests that the file brings")

    def handle(self, *args: Any, **options: Any) -> None:
        """Inside the salon if it is one's, else from the file alone."""
        self.options = options
        if not options["salon"]:
            data = self._file(options["source"])
            graph = self._graph(data.get("graph", data))
            self._run({TRIED: graph}.get, data.get("tests") or [], "America/Sao_Paulo", "Salão")
            return
        salon = Salon.objects.filter(slug=options["salon"]).first()
        if salon is None:
            raise CommandError(f"there is no salon {options['salon']}")
        run_in_salon(salon.pk, lambda: self._of_salon(salon))

    def _of_salon(self, salon: Salon) -> None:
        flow, drawing = self._flow(self.options["source"], self.options["flow_version"])
        tests = [{"name": test.name, "script": test.script} for test in flow.tests.order_by("pk")]
        self._run(graphs_with(flow, self._graph(drawing)), tests, salon.time_zone, salon.name)

    def _run(self, graphs: Graphs, tests: list[JSON], zone: str, salon: str) -> None:
        if self.options["tests"]:
            self._test(graphs, tests, zone, salon)
            return
        try:
            now = moment(self.options["at"], zone) if self.options["at"] else clock.now()
        except ScriptError as error:
            raise CommandError(error.message) from error
        contact = contact_facts(self.options["name"])
        world = World(now=now, zone=zone, seed=self.options["seed"], contact=contact, salon={"name": salon})
        driver = Driver(world, graphs)
        for line in self.options["say"] or self._lines():
            if line.strip() in ("/quit", "/q"):
                return
            self._show(self._act(driver, line.strip()))
            self._show(driver.hear_out())

    def _act(self, driver: Driver, line: str) -> list[JSON]:
        """One line as an act."""
        command, _, rest = line.partition(" ")
        try:
            if not line.startswith("/"):
                return driver.say(line)
            if command == "/tap":
                return driver.tap(rest)
            if command == "/skip":
                return driver.skip()
            if command == "/later":
                amount, _, unit = rest.partition(" ")
                return driver.later(span({unit or "hours": float(amount or 1)}))
            if command == "/set":
                name, _, value = rest.partition(" ")
                return driver.set_variable(name, _value(value))
            if command == "/answer":
                return driver.answer("", **world_answer(json.loads(rest or "{}")))
            if command == "/happens":
                return driver.happen(rest)
            if command == "/start":
                return driver.start(json.loads(rest or "{}"))
            if command == "/vars":
                run = driver.world.main
                self.stdout.write(json.dumps(run.state.variables if run else {}, ensure_ascii=False))
                return []
        except (ScriptError, ValueError) as error:
            self.stderr.write(str(error))
            return []
        self.stdout.write(HELP)
        return []

    def _show(self, entries: Iterable[JSON]) -> None:
        for entry in entries:
            if self.options["json"]:
                self.stdout.write(json.dumps(entry, ensure_ascii=False))
            elif text := self._words(entry):
                self.stdout.write(text)

    def _words(self, entry: JSON) -> str:
        """An entry as a line; empty for what is not worth one."""
        kind = entry["kind"]
        if kind == "guest":
            return f"guest> {entry['text']}"
        if kind == "message":
            shown = "".join(f" [{one['title']}]" for one in options_of(entry))
            return f"salon> {entry['body']['text']}{shown}"
        if kind == "step":
            error = f"  ! {entry['error']}" if entry["error"] else ""
            return (
                f"       {entry['node']} {entry['event']} {entry['exit'] or ''}{error}" if self.options["steps"] else ""
            )
        if kind in ("request", "effect"):
            payload = json.dumps(entry["payload"], ensure_ascii=False)
            return f"  ·    {kind} {entry.get('request') or entry.get('effect')} {payload}"
        if kind == "failed":
            return f"  !    {entry['reason']} {entry['detail']}".rstrip()
        told = {"ended": "ended", "wait": f"waits until {entry.get('until')}" if entry.get("until") else "",
                "ignored": entry.get("why", ""), "time": entry.get("to", ""), "cancelled": "stopped"}  # fmt: skip
        return f"  ·    {told[kind]}" if told.get(kind) else ""

    def _test(self, graphs: Graphs, tests: list[JSON], zone: str, salon: str) -> None:
        failed = 0
        for test in tests:
            try:
                failure = play(read(test["script"]), graphs, zone=zone, salon=salon).failure
                words = (
                    f"step {failure.row + 1}: {failure.kind}, expected {failure.expected}, got {failure.got}"
                    if failure
                    else ""
                )
            except ScriptError as error:
                words = str(error)
            failed += bool(words)
            self.stdout.write(f"{'FAILED' if words else 'passed'} {test.get('name', '')} {words}".rstrip())
        if failed:
            raise CommandError(f"{failed} of {len(tests)} did not go as written")
        self.stdout.write(f"{len(tests)} passed")

    def _lines(self) -> Iterator[str]:
        if sys.stdin.isatty():
            self.stdout.write(HELP)
        for line in sys.stdin:
            if line.strip():
                yield line

    def _file(self, source: str) -> JSON:
        try:
            data = json.loads(Path(source).read_text())
        except (OSError, ValueError) as error:
            raise CommandError(f"{source}: {error}") from error
        if not isinstance(data, dict):
            raise CommandError(f"{source} is no flow")
        return data

    def _flow(self, source: str, number: str) -> tuple[Flow, JSON]:
        try:
            flow = Flow.objects.select_related("published").get(public_id=UUID(source))
        except (ValueError, Flow.DoesNotExist) as error:
            raise CommandError(f"the salon has no flow {source}") from error
        version = flow.versions.filter(number=number).first() if number.isdecimal() else None
        drawing = version.graph if version else drawing_now(flow)
        if drawing is None or (number and version is None):
            raise CommandError("there is nothing drawn, or no such version")
        return flow, drawing

    def _graph(self, drawing: Any) -> Graph:
        try:
            return Graph.parse(drawing)
        except GraphError as error:
            problems = "\n".join(f"  {one.node or 'flow'} {one.field}: {one.message}" for one in error.problems)
            raise CommandError(f"this drawing cannot be run:\n{problems}") from error


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
