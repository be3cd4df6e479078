"""Flows, their versions, executions and steps."""

from flows.models.execution import FlowCount, FlowExecution, FlowStep
from flows.models.flow import Flow, FlowVersion

__all__ = ["Flow", "FlowCount", "FlowExecution", "FlowStep", "FlowVersion"]
