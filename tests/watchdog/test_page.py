"""The health on a number's page: score, reasons, warm-up, incidents (WA-013, WA-014)."""

from datetime import timedelta

import pytest
from django.conf import settings

from ops import clock
from tests.watchdog.conftest import Watched
from tests.world import Browser


def path(watched: Watched) -> str:
    return f"/settings/numbers/{watched.number.public_id}/health/"


@pytest.fixture(autouse=True)
def _english(alice: Browser) -> None:
    alice.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"


def test_a_healthy_number_has_nothing_to_tell(watched: Watched, alice: Browser) -> None:
    assert "Nothing is wrong." in alice.get_page(path(watched))


def test_it_says_why_and_what_to_do(watched: Watched, alice: Browser) -> None:
    watched.set(quality="RED")
    watched.check()
    page = alice.get_page(path(watched))
    assert "guests block or report its messages" in page
    assert "Send fewer offers" in page
    assert "Campaigns wait until" in page
    assert "Campaigns wait; answers and reminders go on" in page


def test_it_shows_the_day_of_the_warm_up(watched: Watched, alice: Browser) -> None:
    watched.set(warm_up_started_at=clock.now() - timedelta(hours=30))
    page = alice.get_page(path(watched))
    assert "Warm-up: day 2 of 8" in page
    assert "0 of 100 new talks begun today" in page


def test_who_may_not_see_numbers_sees_no_health(watched: Watched, vera: Browser) -> None:
    assert vera.get(path(watched)).status_code == 403


def test_another_salons_number_is_unknown(watched: Watched, charlie: Browser) -> None:
    assert charlie.get(path(watched)).status_code == 404


def test_the_numbers_page_asks_for_it(watched: Watched, alice: Browser) -> None:
    assert path(watched) in alice.get_page(f"/settings/numbers/{watched.number.public_id}/")
