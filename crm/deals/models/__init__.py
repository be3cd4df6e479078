"""Pipelines, deals and the tasks that move them."""

from crm.deals.models.deal import Deal, DealMove
from crm.deals.models.pipeline import Pipeline, Stage
from crm.deals.models.task import Task

__all__ = ["Deal", "DealMove", "Pipeline", "Stage", "Task"]
