"""FR-BL-004: another gateway is a folder below billing/gateways/; pages and metering find it by its name alone."""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings

import billing.gateways
from billing.gateways.port import gateway, named
from billing.metering import overage
from billing.metering.models import OverageReport
from billing.metering.recording import record
from billing.plans.names import TRIAL
from billing.quotas import watching
from billing.subscriptions import entitlement
from billing.subscriptions.states import State
from config.env import env
from config.settings.gateways import gateway_pages
from ops.salon import inside
from tests.billing.conftest import forget
from tests.billing.pages.conftest import Till
from tests.world import Browser, Salons


@dataclass
class Paper(Till):
    """Bills by hand."""

    kind: str = "paper"
    url: str = "https://pay.paper.example/1"
    reported: list[tuple[int, str, int, str]] = field(default_factory=list)

    def report_usage(self, salon_id: int, kind: str, quantity: int, key: str, at: datetime) -> datetime:
        self.reported.append((salon_id, kind, quantity, key))
        return at


@pytest.fixture
def paper(salons: Salons, fresh: None, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Paper]:
    """Aurora's, in a folder that is only in memory."""
    made = Paper(salons.aurora.pk)
    folder, door, hosts = (ModuleType(f"billing.gateways.paper{name}") for name in ("", ".gateway", ".hosts"))
    door.GATEWAY = made  # type: ignore[attr-defined]
    hosts.pages = lambda: ["https://pay.paper.example"]  # type: ignore[attr-defined]
    for one in (folder, door, hosts):
        monkeypatch.setitem(sys.modules, one.__name__, one)
    monkeypatch.setattr(env, "billing_gateway", "paper")
    monkeypatch.setattr(settings, "GATEWAY_PAGES", gateway_pages(env.billing_gateway))
    yield made
    entitlement.forget()


def test_pages_sell_by_it_and_show_what_it_billed(paper: Paper, alice: Browser) -> None:
    sold = alice.post(f"/billing/plans/{TRIAL}/", {"interval": "month"})
    assert (sold.status_code, sold["Location"]) == (303, paper.url)
    paper.stands(State.ACTIVE, gateway="paper")
    assert b"A-1" in alice.get("/billing/invoices/").content


def test_what_is_beyond_a_plan_is_reported_to_it(paper: Paper, salons: Salons) -> None:
    paper.stands(State.ACTIVE, gateway="paper")
    forget()
    record(salons.aurora.pk, "messages", key="a", quantity=20_005)
    watching.run()
    with inside(salons.aurora.pk):
        row = OverageReport.objects.get()
        overage.report(row.pk)
    found: object = gateway()
    assert found is paper
    assert paper.reported == [(salons.aurora.pk, "messages", 5, row.key)]


def test_what_a_gateway_s_file_misses_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One without pages has no hosts.py; one whose hosts.py cannot be read must not be taken for that."""
    monkeypatch.setattr(billing.gateways, "__path__", [str(tmp_path)])
    folder = tmp_path / "broken"
    folder.mkdir()
    assert gateway_pages("broken") == gateway_pages("nowhere") == []
    for name in ("hosts", "gateway"):
        (folder / f"{name}.py").write_text("import a_library_that_is_missing\n")
        monkeypatch.delitem(sys.modules, f"billing.gateways.broken.{name}", raising=False)
    importlib.invalidate_caches()
    with pytest.raises(ModuleNotFoundError, match="a_library_that_is_missing"):
        gateway_pages("broken")
    with pytest.raises(ModuleNotFoundError, match="a_library_that_is_missing"):
        named("broken")
    with pytest.raises(LookupError):
        named("nowhere")
    sys.modules.pop("billing.gateways.broken", None)
