"""Trying a flow out before guests meet it: one's own simulation, and conversations that must go as written."""

from django.db import models

from flows.models.flow import Flow
from ops import clock
from ops.ids import uuid7


class FlowSimulation(models.Model):
    """One person's talk with a drawing, on the phone beside the canvas. Nothing of it leaves."""

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="simulations", db_index=False)
    member = models.ForeignKey("members.Member", on_delete=models.CASCADE, related_name="+", db_index=False)
    # The drawing as it was when the talk began.
    graph = models.JSONField()
    # Executions by their depth, the contact, what was said, the clock: see flows.simulator.
    state = models.JSONField(default=dict)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "flow_simulation"
        constraints = [models.UniqueConstraint(fields=["flow", "member"], name="flow_simulation_own")]


class FlowTest(models.Model):
    """A conversation that must go as written whenever the flow is published (FL-008)."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="tests")
    name = models.CharField(max_length=120)
    # What goes in and what must come out, in order: see flows.simulator.
    script = models.JSONField(default=dict)
    is_on = models.BooleanField(default=True)
    # Of the newest run: {"passed": …, "failures": […], "revision": …}
    result = models.JSONField(null=True, blank=True)
    ran_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "flow_test"

    def __str__(self) -> str:
        return self.name
