"""I9: killed at any failpoint, the effects are those of an undisturbed run."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.invariants.guests import Talk, deliver, sent_to, strangers, talk_of, write
from tests.product import ROOT, Product, until

pytestmark = pytest.mark.processes

TOP = ("api", "billing", "channels_wa", "crm", "flows", "ops", "portal", "tenants")
CRASHED = 137
BEFORE_THE_CALL = "outbox.after_claim"
TALK = ("oi", "Preços")
# Places that a worker's process never passes: killed there by the test named.
ELSEWHERE = {
    "gate.before_commit": "tests/gate/test_server.py",
    "gate.after_commit": "tests/gate/test_server.py",
    "gate.after_spool": "tests/gate/test_server.py",
    "inbound.in_statuses": "test_i09_killed_while_statuses_are_applied",
    **dict.fromkeys(
        ["media.after_keep", "media.after_stream", "media.after_upload", "template.after_call", "template.before_call"],
        "tests/invariants/test_i09_errands.py",
    ),
    **dict.fromkeys(
        ["flows.before_call", "flows.after_call", "flows.after_answer"], "tests/invariants/test_i09_flow_calls.py"
    ),
    **dict.fromkeys(["import.batch", "import.settled"], "tests/lists/test_going_on.py"),
    **dict.fromkeys(
        [
            "privacy.after_cut",
            "privacy.after_ledger",
            "privacy.after_also",
            "privacy.in_batch",
            "privacy.after_batch",
            "privacy.in_finish",
            "privacy.in_export",
        ],
        "tests/tenants/privacy/test_erasing.py",
    ),
    "metering.after_report": "tests/billing/metering/test_overage.py",
    "metering.after_last_bill": "tests/billing/stripe/test_last_bill.py",
    "metering.before_squash_commit": "tests/billing/metering/test_recording.py",
    **dict.fromkeys(["waitlist.offered", "waitlist.taken"], "tests/bookings/waitlist/test_races.py"),
}


def failpoints() -> list[str]:
    """Every failpoint of the source."""
    found = set()
    for top in TOP:
        for file in (ROOT / top).rglob("*.py"):
            found |= set(re.findall(r'\bfailpoint\("([a-z_.]+)"\)', file.read_text()))
    return sorted(found)


def work(product: Product, crash_at: str = "") -> int:
    """One worker's process works until nothing is due; its exit code."""
    environ = product.environ(CRASH_AT=crash_at, STATUS_GRACE_S="4")
    command = [sys.executable, "-m", "tests.invariants.one_worker"]
    return subprocess.run(command, cwd=ROOT, env=environ, timeout=60, check=False).returncode


def live(product: Product, crash_at: str) -> Talk:
    """A guest's short talk; the worker dies at the failpoint during each message. What the salon has at the end."""
    (guest,) = strangers(1)
    codes = []
    for n, text in enumerate(TALK):
        with product.paused("worker"):
            write(product, [guest], text, n)
            codes.append(work(product, crash_at))
        product.end_leases()
        until(lambda n=n: settled(product, guest, n + 1), 30, f"answer {n + 1} after {crash_at}")  # type: ignore[misc]
    product.until_at_rest()
    assert not crash_at or CRASHED in codes, f"nothing passes {crash_at}: {codes}"
    talk = talk_of(product, guest)
    assert talk.messages and talk.steps
    if crash_at == BEFORE_THE_CALL:
        # Nobody can know that the call was not made; an answer of a flow is then left to a person, not sent again.
        words = [row["biz_opaque_callback_data"] for row in sent_to(product, guest)]
        assert len(words) < len(TALK) and len(set(words)) == len(words)
        shown = [(*one[:3], "delivered" if one[3] == "unknown" else one[3]) for one in talk.messages]
        return talk._replace(messages=shown)
    assert len(sent_to(product, guest)) == len(TALK)
    return talk


def settled(product: Product, guest: str, count: int) -> bool:
    """Whether so many answers of the guest have their final word."""
    shown = product.rows("SELECT status FROM message WHERE direction = 'out' AND recipient LIKE %s", [f"%{guest}"])
    return len(shown) == count and all(status in ("delivered", "unknown") for (status,) in shown)


@pytest.fixture(scope="module")
def undisturbed(running_product: Product) -> Iterator[Talk]:
    yield live(running_product, "")


def test_i09_every_failpoint_is_tried() -> None:
    assert set(ELSEWHERE) <= set(failpoints()), "a failpoint listed as tried elsewhere is gone"
    assert len(failpoints()) > len(ELSEWHERE)


@pytest.mark.parametrize("crash_at", [name for name in failpoints() if name not in ELSEWHERE])
def test_i09_killed_there_the_effects_are_the_same(product: Product, undisturbed: Talk, crash_at: str) -> None:
    assert live(product, crash_at) == undisturbed


def test_i09_killed_while_statuses_are_applied(product: Product, undisturbed: Talk) -> None:
    (guest,) = strangers(1)
    write(product, [guest])
    until(lambda: settled(product, guest, 1), 30, "the answer is delivered")
    (row,) = sent_to(product, guest)
    with product.paused("worker"):
        deliver(product, [product.meta.status(row["wamid"], "read", guest)])
        assert work(product, "inbound.in_statuses") == CRASHED
        product.end_leases()
        assert work(product) == 0
    events = product.rows(
        "SELECT e.status FROM status_event e JOIN message m ON m.id = e.message_id WHERE m.wamid = %s", [row["wamid"]]
    )
    assert sorted(status for (status,) in events) == ["delivered", "read", "sent"]
