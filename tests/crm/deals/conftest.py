"""Deals of Aurora to work with."""

from dataclasses import dataclass
from typing import Any

import pytest

from channels_wa.messages.models import Identity
from crm.contacts.models import Contact
from crm.deals import actions
from crm.deals.defaults import default_pipeline
from crm.deals.models import Deal, Stage
from ops import clock
from ops.salon import inside
from tests.world import Salons

PHONE = "+5511988881234"


@dataclass
class Desk:
    """The default pipeline of Aurora, one guest, and what is done there."""

    salon_id: int
    contact: Contact
    stages: dict[str, Stage]

    def deal(self, title: str = "Noiva", stage: str = "new", **more: Any) -> Deal:
        """Make one, on top of its stage."""
        with inside(self.salon_id):
            return actions.create(
                actions.NewDeal(contact=self.contact, title=title, stage=self.stages[stage], **more), by=None
            )

    def fresh(self, deal: Deal) -> Deal:
        """How it is now."""
        with inside(self.salon_id):
            return Deal.objects.select_related("stage", "owner").get(pk=deal.pk)

    def order(self, stage: str = "new") -> list[str]:
        """The titles of a column from top to bottom."""
        with inside(self.salon_id):
            rows = Deal.objects.filter(stage=self.stages[stage]).order_by("position", "pk")
            return list(rows.values_list("title", flat=True))


@pytest.fixture
def desk(salons: Salons, db: None) -> Desk:
    """Ana, who may buy something."""
    with inside(salons.aurora.pk):
        contact = Contact.objects.create(name="Ana Souza", tags=["vip"])
        Identity.objects.create(
            portfolio="1" * 16, kind="phone", value=PHONE, contact_id=contact.pk, created_at=clock.now()
        )
        rows = list(Stage.objects.filter(pipeline=default_pipeline()).order_by("order"))
    names = ("new", "contacted", "quoted", "won", "lost")
    return Desk(salons.aurora.pk, contact, dict(zip(names, rows, strict=True)))
