"""FR-DB-009: dj-stripe's copies go when the privacy page says so; what is young, or of a salon that is there, stays."""

from datetime import timedelta

import pytest
from djstripe import models as rows

from billing.gateways.stripe import forgetting
from billing.gateways.stripe.models import StripeCustomer
from ops import clock
from tests.billing.stripe.conftest import World
from tests.world import Salons

OLD = timedelta(days=5 * 366)


@pytest.fixture
def copied(world: World, salons: Salons, db: None) -> None:
    """A customer who is Aurora and one who is nobody, each with a card and an old bill; and one young bill."""
    StripeCustomer.objects.create(salon_id=salons.aurora.pk, ref="cus_aurora")
    for ref in ("cus_aurora", "cus_gone"):
        rows.Customer.objects.create(id=ref, created=clock.now() - OLD, livemode=False)
        rows.PaymentMethod.objects.create(id=f"pm_{ref}", customer_id=ref, created=clock.now() - OLD)
        rows.Invoice.objects.create(id=f"in_{ref}", customer_id=ref, created=clock.now() - OLD)
    rows.PaymentMethod.objects.update(djstripe_updated=clock.now() - OLD)
    rows.Invoice.objects.create(id="in_young", customer_id="cus_aurora", created=clock.now())
    for pk, days in (("evt_old", 31), ("evt_young", 29)):
        rows.Event.objects.create(id=pk, created=clock.now() - timedelta(days=days), data={})


def left(model: type[rows.StripeModel]) -> set[str]:
    return set(model.objects.values_list("id", flat=True))


def test_what_is_past_its_time_goes(copied: None) -> None:
    gone = forgetting.forget()
    assert (gone["djstripe_event"], gone["djstripe_invoice"], gone["djstripe_customer"]) == (1, 2, 1)
    assert (left(rows.Event), left(rows.Invoice)) == ({"evt_young"}, {"in_young"})
    assert (left(rows.Customer), left(rows.PaymentMethod)) == ({"cus_aurora"}, {"pm_cus_aurora"})
