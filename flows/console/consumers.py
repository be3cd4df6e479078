"""The socket of the console: each step the moment it is committed, and what was missed after a lost socket."""

import json
import re
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.template.loader import render_to_string

from flows.console.rows import StepRow, steps_of
from flows.console.stream import Shown
from flows.models import Flow, FlowStep
from flows.sharing import FLOW, check_runs
from ops.live.shared import Shared
from portal.frame.rendering import as_on_a_page, language_of
from tenants.access.roles import Permission
from tenants.access.sockets import SalonConsumer
from tenants.access.tickets import Place
from tenants.salons.models import Salon
from tenants.sharing.checking import check
from tenants.sharing.queries import may_on
from tenants.sharing.rights import Right

MOST_MISSED = 200
# What is passed on to those who may change the flow: somebody saved its draft.
DRAFT = "draft"
_LINE_END = re.compile(r"\s*\n\s*")


@dataclass(frozen=True)
class Rendered:
    """A step's message for the browser, and the same as the text that goes over the wire."""

    message: dict[str, Any]
    text: str


# Twenty people may watch one flow: a step is read and rendered once for all who see it alike.
_rendered: "Shared[list[Rendered]]" = Shared(5.0)
_newest: "Shared[int]" = Shared(60.0)


def topic(flow_id: int) -> str:
    """The live topic of one flow's steps."""
    return f"flow.{flow_id}"


class ConsoleConsumer(SalonConsumer):
    """One message per step, numbered by `seq`; ?after= is the newest the browser has.

    ?execution=, ?contact=, ?node= and ?errors=1 show these only.
    """

    permission = Permission.EXECUTIONS_SEE
    look_s = 3.0

    # Whether they may change the flow.
    edits = False

    def lets_in(self, place: Place) -> bool:
        """The runs of this flow."""
        who, flow = place.member(), self.scope["url_route"]["kwargs"]["public_id"]
        try:
            check(who, self.permission, FLOW, None, flow)
            check_runs(who)
        except (PermissionDenied, Http404):
            return False
        self.edits = may_on(who, FLOW, flow, Right.EDIT)
        return True

    async def topics(self) -> list[str]:
        """The steps of the flow in the address."""
        self.flow_id = await self.in_salon(self._flow_id)
        return [topic(self.flow_id)] if self.flow_id else []

    async def joined(self) -> None:
        """Send what the browser missed, and keep looking."""
        if not self.flow_id:
            await self.close(code=4404)
            return
        self.language = language_of(self.scope)
        self.time_zone = await self.in_salon(
            lambda: Salon.objects.values_list("time_zone", flat=True).get(pk=self.salon_id)
        )
        # What was sent lately: news of a step and a look for missed ones may find the same.
        self.sent: deque[int] = deque(maxlen=2 * MOST_MISSED)
        self.shown = Shown.read(self.query)
        after = self.asked_after
        self.newest = await self.in_salon(self._last) if after is None else after
        await self._send_missed()
        self.keep_looking()

    async def live(self, event: dict[str, Any]) -> None:
        """News of steps, by their ids; or of the draft, for those who may change it."""
        message = event["message"]
        if message.get("kind") != DRAFT:
            await self._send(list(message.get("steps", [])))
        elif self.edits:
            await self.send_json(message)

    async def look(self) -> None:
        """Once of each moment for all who watch this flow."""
        key = (self.salon_id, self.flow_id, int(time.monotonic() / self.look_s))
        if await _newest.get(key, lambda: self.in_salon(self._last_of_flow)) > self.newest:
            await self._send_missed()

    async def _send_missed(self) -> None:
        missed = await self.in_salon(self._missed)
        if len(missed) > MOST_MISSED:
            self.newest = await self.in_salon(self._last)
            await self.send_json({"kind": "gap", "seq": self.newest})
        elif missed:
            await self._send(missed)

    async def _send(self, ids: Sequence[int]) -> None:
        one_run = bool(self.shown.execution)
        key = (self.salon_id, self.flow_id, tuple(ids), self.language, self.time_zone, self.shown.execution)
        for one in await _rendered.get(key, lambda: self.in_salon(lambda: self._render(ids, one_run))):
            self.newest = max(self.newest, one.message["seq"])
            if one.message["seq"] not in self.sent and self.shown.fits(one.message):
                self.sent.append(one.message["seq"])
                await self.send(text_data=one.text)

    def _render(self, ids: Sequence[int], one_run: bool) -> list[Rendered]:
        steps = FlowStep.objects.filter(flow_id=self.flow_id, pk__in=ids)
        if one_run:
            # Who follows one run sees more of each step than the others do, and nothing of other runs.
            steps = Shown(execution=self.shown.execution).of(steps, self.flow_id)
        rows = steps.select_related("execution__flow").defer("execution__state", "execution__flow__draft")
        with as_on_a_page(language=self.language, time_zone=self.time_zone):
            messages = [
                message_of(one, one_run=one_run) for one in steps_of(list(rows.order_by("pk")), outside=one_run)
            ]
        return [Rendered(message, json.dumps(message)) for message in messages]

    def _steps(self) -> QuerySet[FlowStep]:
        return self.shown.of(FlowStep.objects.filter(flow_id=self.flow_id), self.flow_id)

    def _missed(self) -> list[int]:
        return list(
            self._steps().filter(pk__gt=self.newest).order_by("pk").values_list("pk", flat=True)[: MOST_MISSED + 1]
        )

    def _last(self) -> int:
        return self._steps().order_by("-pk").values_list("pk", flat=True).first() or 0

    def _last_of_flow(self) -> int:
        newest = FlowStep.objects.filter(flow_id=self.flow_id).order_by("-pk").values_list("pk", flat=True)
        return newest.first() or 0

    def _flow_id(self) -> int:
        public_id = self.scope["url_route"]["kwargs"]["public_id"]
        return Flow.objects.filter(public_id=public_id).values_list("pk", flat=True).first() or 0


def message_of(step: StepRow, *, one_run: bool) -> dict[str, Any]:
    """One step as the browser gets it: data for the canvas, a rendered line for the console."""
    return {
        "kind": "step",
        "seq": step.id,
        "execution": str(step.execution_public_id),
        "contact": str(step.contact_public_id or ""),
        "node": step.node,
        "type": step.type,
        "edge": step.edge,
        "exit": step.exit,
        "at": step.at.isoformat(),
        "arrived": step.arrived,
        "version": str(step.version_id),
        "error": step.error,
        "ended": step.ended,
        "html": squeezed(render_to_string("flows/news.html", {"step": step, "execution": one_run})),
    }


def squeezed(html: str) -> str:
    """Without the template's own line ends, which mean nothing in a line of the console: half as much to send."""
    return _LINE_END.sub(" ", html.strip())
