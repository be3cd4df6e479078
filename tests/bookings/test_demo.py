"""CONTRACT: the demo salon has two services and two professionals who work every day; asked twice it is made once."""

from datetime import timedelta

from crm.bookings import asking, demo
from crm.bookings.catalogue import catalogue
from crm.bookings.models import Professional, Service
from ops import clock
from ops.salon import inside
from tests.world import Salons


def test_every_day_there_is_something_to_book(salons: Salons, db: None) -> None:
    with inside(salons.aurora.pk):
        demo.fill()
        demo.fill()
        assert (Service.objects.count(), Professional.objects.count()) == (len(demo.SERVICES), len(demo.PEOPLE))
        known = catalogue()
        today = clock.now().astimezone(known.zone).date()
        for service in known.services:
            asked = asking.Asked((asking.wish(known, service),))
            for ahead in range(1, 8):
                day = today + timedelta(days=ahead)
                assert len(asking.slots(asked, day, day)) > 30
