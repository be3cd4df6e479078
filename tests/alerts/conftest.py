"""Aurora's alerts, and what a browser's socket needs in a test."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from ops import clock
from ops.salon import run_in_salon
from ops.timers.models import Timer
from tenants.alerts.actions import NewAlert, raise_alert
from tenants.alerts.models import Level
from tenants.alerts.words import Words
from tests.world import Salons


@pytest.fixture(autouse=True)
def _one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket's database work happens in the test's own transaction, whose connection must not be closed."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> Iterator[None]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    yield


def stopped(**changes: object) -> NewAlert:
    """A number that stopped."""
    fields: dict[str, object] = {
        "key": "number:1:stopped",
        "kind": "number.stopped",
        "level": Level.CRITICAL,
        "title": Words("The number %(phone)s is stopped", {"phone": "+55 11 1111-1111"}),
        "text": Words("Today"),
        "link": "/settings/numbers/",
        **changes,
    }
    return NewAlert(**fields)  # type: ignore[arg-type]


def tell(salons: Salons, **changes: object) -> bool:
    return raise_alert(salons.aurora.pk, stopped(**changes))


def due(kind: str) -> list[str]:
    """Subjects of the timers of a kind whose time has come."""
    found = Timer.objects.filter(kind=kind, state="pending", due_at__lte=clock.now()).order_by("pk")
    return list(found.values_list("subject", flat=True))


def deliver_all(salons: Salons, kind: str) -> int:
    """Do what is due, as the errands do; how many."""
    from tenants.alerts.delivering import deliver

    subjects = due(kind)
    Timer.objects.filter(kind=kind, subject__in=subjects).update(state="done")
    for subject in subjects:
        run_in_salon(salons.aurora.pk, lambda subject=subject: deliver(int(subject)))  # type: ignore[misc]
    return len(subjects)


@pytest.fixture
def skip_time() -> Iterator[Callable[[timedelta], None]]:
    """Move the product's time for this test."""

    def skip(by: timedelta) -> None:
        clock._offset += by

    before = clock._offset
    yield skip
    clock._offset = before
