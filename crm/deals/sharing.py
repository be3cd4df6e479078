"""Pipelines, as things that may be shared one by one: to see its deals, to work on them, to arrange the pipeline."""

from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.deals.models import Pipeline
from tenants.access.roles import Permission
from tenants.sharing.kinds import Kind
from tenants.sharing.rights import Right

PIPELINE: Final = "pipeline"


def _rows() -> QuerySet[Pipeline]:
    return Pipeline.objects.all()


def _link(pipeline: Any) -> str:
    return f"{reverse('deals:board')}?pipeline={pipeline.public_id}"


KINDS = [
    Kind(
        PIPELINE,
        _("Pipeline"),
        {Right.VIEW: Permission.DEALS_SEE, Right.EDIT: Permission.DEALS_EDIT, Right.DELETE: Permission.DEALS_MANAGE},
        rows=_rows,
        link=_link,
    )
]
