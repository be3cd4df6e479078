"""Flows, their versions, executions and steps."""

from flows.models.call import FlowCall, FlowCircuit, FlowSecret
from flows.models.execution import FlowCount, FlowExecution, FlowStep
from flows.models.flow import Flow, FlowRevision, FlowVersion
from flows.models.trying import FlowSimulation, FlowTest

__all__ = [
    "Flow",
    "FlowCall",
    "FlowCircuit",
    "FlowCount",
    "FlowExecution",
    "FlowRevision",
    "FlowSecret",
    "FlowSimulation",
    "FlowStep",
    "FlowTest",
    "FlowVersion",
]
