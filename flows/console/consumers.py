"""The socket of the console: each step the moment it is committed, and what was missed after a lost socket."""

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.db.models import QuerySet
from django.template.loader import render_to_string

from flows.console.rows import StepRow, steps_of
from flows.models import Flow, FlowExecution, FlowStep
from portal.frame.rendering import as_on_a_page, language_of
from tenants.access.roles import Permission
from tenants.access.sockets import SalonConsumer
from tenants.salons.models import Salon

MOST_MISSED = 200
# News may be lost on its way (Valkey is a doorbell): this often the socket looks by itself.
LOOK_S = 3.0


def topic(flow_id: int) -> str:
    """The live topic of one flow's steps."""
    return f"flow.{flow_id}"


class ConsoleConsumer(SalonConsumer):
    """One message per step, numbered by `seq`; ?after= is the newest the browser has, ?execution= one run only."""

    permission = Permission.EXECUTIONS_SEE

    async def topics(self) -> list[str]:
        """The steps of the flow in the address."""
        self.flow_id = await self.in_salon(self._flow_id)
        return [topic(self.flow_id)] if self.flow_id else []

    async def joined(self) -> None:
        """Send what the browser missed, and keep looking."""
        if not self.flow_id:
            await self.close(code=4404)
            return
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        self.language = language_of(self.scope)
        self.time_zone = await self.in_salon(
            lambda: Salon.objects.values_list("time_zone", flat=True).get(pk=self.salon_id)
        )
        self.execution = _uuid(query.get("execution", [""])[0])
        after = query.get("after", [""])[0]
        self.newest = int(after) if after.isdecimal() and len(after) < 19 else await self.in_salon(self._last)
        await self._send_missed()
        self._looking = asyncio.create_task(self._look_forever())

    async def disconnect(self, code: int) -> None:
        """Stop looking."""
        if hasattr(self, "_looking"):
            self._looking.cancel()
        await super().disconnect(code)

    async def live(self, event: dict[str, Any]) -> None:
        """News of steps, by their ids."""
        await self._send(list(event["message"].get("steps", [])))

    async def _look_forever(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await self._send_missed()

    async def _send_missed(self) -> None:
        missed = await self.in_salon(self._missed)
        if len(missed) > MOST_MISSED:
            self.newest = await self.in_salon(self._last)
            await self.send_json({"kind": "gap", "seq": self.newest})
        elif missed:
            await self._send(missed)

    async def _send(self, ids: Sequence[int]) -> None:
        for message in await self.in_salon(lambda: self._rendered(ids)):
            self.newest = max(self.newest, message["seq"])
            await self.send_json(message)

    def _rendered(self, ids: Sequence[int]) -> list[dict[str, Any]]:
        steps = self._steps().filter(pk__in=ids).select_related("execution__flow").order_by("pk")
        with as_on_a_page(language=self.language, time_zone=self.time_zone):
            return [message_of(step, one_run=self.execution is not None) for step in steps_of(list(steps))]

    def _steps(self) -> QuerySet[FlowStep]:
        steps = FlowStep.objects.filter(flow_id=self.flow_id)
        if self.execution:
            steps = steps.filter(execution=FlowExecution.objects.filter(public_id=self.execution).values("pk")[:1])
        return steps

    def _missed(self) -> list[int]:
        return list(
            self._steps().filter(pk__gt=self.newest).order_by("pk").values_list("pk", flat=True)[: MOST_MISSED + 1]
        )

    def _last(self) -> int:
        return self._steps().order_by("-pk").values_list("pk", flat=True).first() or 0

    def _flow_id(self) -> int:
        public_id = self.scope["url_route"]["kwargs"]["public_id"]
        return Flow.objects.filter(public_id=public_id).values_list("pk", flat=True).first() or 0


def message_of(step: StepRow, *, one_run: bool) -> dict[str, Any]:
    """One step as the browser gets it: data for the canvas, a rendered line for the console."""
    return {
        "kind": "step",
        "seq": step.id,
        "execution": str(step.execution_public_id),
        "node": step.node,
        "type": step.type,
        "edge": step.edge,
        "exit": step.exit,
        "at": step.at.isoformat(),
        "error": step.error,
        "ended": step.ended,
        "html": render_to_string("flows/news.html", {"step": step, "execution": one_run}).strip(),
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
