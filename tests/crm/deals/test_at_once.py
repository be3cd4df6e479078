"""CR-002: two who move the same card at once; in real transactions, so what they leave is put away by hand."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from crm.contacts.models import Contact
from crm.deals import actions
from crm.deals.defaults import default_pipeline
from crm.deals.models import Deal, Stage
from ops.events.models import Event
from ops.salon import inside
from tests.world import Salons


@pytest.fixture
def committed(salons: Salons, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    """The salon, in which what is written stays written."""
    with django_db_blocker.unblock():
        yield salons.aurora.pk
        with inside(salons.aurora.pk):
            Deal.objects.all().delete()
            Contact.objects.all().delete()
            Event.objects.filter(kind__startswith="deal.").delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM public.event_item WHERE kind LIKE 'deal.%%'")


def test_of_two_who_move_it_at_once_one_is_told(committed: int) -> None:
    with inside(committed):
        contact = Contact.objects.create(name="Ana")
        deal = actions.create(actions.NewDeal(contact=contact, title="Noiva"), by=None)
        stages = list(Stage.objects.filter(pipeline=default_pipeline(), kind="open").order_by("order"))[1:]
    ready = Barrier(2)

    def go(stage: Stage) -> str:
        ready.wait(10)
        try:
            with inside(committed):
                actions.move(deal, stage, by=None, version=1)
            return "moved"
        except actions.Stale:
            return "stale"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(go, stages)) == ["moved", "stale"]
    with inside(committed):
        assert Deal.objects.get().version == 2
