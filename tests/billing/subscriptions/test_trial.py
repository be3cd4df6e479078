"""FR-BL-008: fourteen days without a card, told of the end, on with Free, nothing lost."""

import pytest

from billing.subscriptions import timing
from billing.subscriptions.states import State
from crm.contacts.models import Contact
from ops.salon import inside
from tenants.salons.currencies import currency_of_zone
from tenants.salons.models import Salon
from tests.billing.subscriptions.conftest import House


def test_it_begins_on_pro_without_a_card(house: House) -> None:
    row = house.begins()
    until = timing.ends_at(row, timing.TRIAL)
    assert (row.standing, row.plan_version.plan.code, row.gateway) == (State.TRIALING, "pro", "")
    assert until is not None
    assert (timing.days_left(until), row.currency, row.is_billed) == (14, "BRL", False)
    assert Salon.objects.get(pk=house.salon.pk).plan == "pro"


def test_it_reminds_three_times_and_ends_in_free(house: House) -> None:
    house.begins()
    with inside(house.salon.pk):
        Contact.objects.create(name="Marina")
    house.later(days=7, minutes=1)
    assert (house.told, house.mails) == (["trial"], 1)
    house.later(days=4)
    house.later(days=2)
    assert house.mails == 3
    house.later(days=1)
    row = house.row
    assert (row.standing, row.plan_version.plan.code, row.subscription_ref) == (State.ACTIVE, "free", "")
    assert (house.told, house.mails) == (["trial_over"], 4)
    with inside(house.salon.pk):
        assert Contact.objects.filter(name="Marina").exists()


def test_a_leap_over_all_of_it_reminds_of_nothing_that_is_past(house: House) -> None:
    house.begins()
    house.later(days=40)
    assert (house.row.plan_version.plan.code, house.told, house.mails) == ("free", ["trial_over"], 1)


def test_who_has_subscribed_is_not_put_on_free(house: House) -> None:
    house.begins()
    house.gets(State.ACTIVE)
    house.later(days=20)
    assert (house.row.plan_version.plan.code, house.mails) == ("pro", 0)


@pytest.mark.parametrize(
    ("zone", "currency"), [("America/Manaus", "BRL"), ("Europe/Madrid", "EUR"), ("America/New_York", "USD")]
)
def test_the_clock_says_the_currency(zone: str, currency: str) -> None:
    assert currency_of_zone(zone) == currency
