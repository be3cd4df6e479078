"""Flows, their versions, executions and steps."""

from flows.models.execution import FlowExecution, FlowStep
from flows.models.flow import Flow, FlowVersion

__all__ = ["Flow", "FlowExecution", "FlowStep", "FlowVersion"]
