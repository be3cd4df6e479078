"""An alert is raised once, told once, and closes (WA-013)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import translation

from ops import clock
from ops.events.models import Event
from ops.salon import inside
from tenants.alerts.actions import acknowledge, clear_alert, clear_beginning
from tenants.alerts.models import Alert, Level
from tenants.alerts.words import Words
from tests.alerts.conftest import tell
from tests.world import Browser, Salons

pytestmark = pytest.mark.django_db


def kinds(salons: Salons) -> list[str]:
    with inside(salons.aurora.pk):
        return list(Event.objects.filter(kind__startswith="alert.").order_by("pk").values_list("kind", flat=True))


def only(salons: Salons) -> Alert:
    with inside(salons.aurora.pk):
        return Alert.objects.get()


def test_the_same_key_is_told_once(salons: Salons) -> None:
    """WA-013: ten thousand failures of one cause are one alert."""
    assert [tell(salons) for _ in range(5)] == [True, False, False, False, False]
    assert kinds(salons) == ["alert.raised"]


def test_one_open_alert_for_a_key_is_held_by_the_database(salons: Salons) -> None:
    tell(salons)
    with inside(salons.aurora.pk), connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'alert_one_open' AND schemaname = %s",
                       [salons.aurora.schema])  # fmt: skip
        definition = cursor.fetchone()[0]
    assert "UNIQUE" in definition and "closed_at IS NULL" in definition


def test_it_closes_and_opens_anew(salons: Salons) -> None:
    tell(salons)
    assert clear_alert(salons.aurora.pk, "number:1:stopped")
    assert not clear_alert(salons.aurora.pk, "number:1:stopped")
    assert tell(salons)
    assert kinds(salons) == ["alert.raised", "alert.cleared", "alert.raised"]


def test_what_becomes_worse_is_told_again_even_if_somebody_took_care(salons: Salons, alice: Browser) -> None:
    tell(salons, level=Level.WARNING)
    with inside(salons.aurora.pk):
        acknowledge(only(salons).public_id, by=alice.member)
    assert tell(salons, level=Level.CRITICAL)
    assert (only(salons).level, only(salons).acknowledged_at) == ("critical", None)


def test_what_becomes_milder_changes_its_words_alone(salons: Salons) -> None:
    tell(salons)
    assert not tell(salons, level=Level.WARNING)
    assert only(salons).level == "warning"
    assert kinds(salons) == ["alert.raised"]


def test_all_alerts_of_a_number_that_is_gone_are_cleared(salons: Salons) -> None:
    tell(salons)
    tell(salons, key="number:1:quality")
    tell(salons, key="number:10:quality")
    assert clear_beginning(salons.aurora.pk, "number:1:") == 2


def test_another_salon_has_none_of_it(salons: Salons) -> None:
    tell(salons)
    with inside(salons.other.pk):
        assert not Alert.objects.exists()


def test_each_reads_their_own_language() -> None:
    kept = Words("%(phone)s: %(why)s", {"phone": "+55", "why": Words("Today")}).to_json()
    with translation.override("pt-br"):
        portuguese = str(Words.from_json(kept))
    with translation.override("en"):
        assert str(Words.from_json(kept)) == "+55: Today"
    assert portuguese.startswith("+55: ") and portuguese != "+55: Today"


def test_a_moment_is_said_in_the_salons_time() -> None:
    at = clock.now()
    kept = Words("@ %(at)s", {"at": at}).to_json()
    from django.utils import timezone

    with timezone.override("America/Sao_Paulo"):
        assert str(Words.from_json(kept)) == f"@ {timezone.localtime(at):%H:%M}"
        assert "," in str(Words.from_json(Words("%(at)s", {"at": at + timedelta(days=2)}).to_json()))


@pytest.mark.parametrize(
    "kept", [None, {}, {"msgid": 3}, {"msgid": "%(a)s", "values": {}}, {"msgid": "100 %"}, "x", []]
)
def test_words_that_cannot_be_said_do_no_harm(kept: object) -> None:
    assert isinstance(str(Words.from_json(kept)), str)
    assert isinstance(str(Words("%(gone)s of %(a)s", {"a": 1})), str)
