"""I21: each reminder of each version of a visit is sent once; after a cancel or a move was answered, no old one."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.invariants.guests import strangers, write
from tests.invariants.size import size
from tests.product import Product, until

pytestmark = pytest.mark.processes

GUESTS = size(9, 1 / 1000)
APPROVED = "SELECT count(*) FROM message_template WHERE name = 'booking_reminder' AND status = 'approved'"
LAST_PLANNED = """
    SELECT max(r.due_at) FROM reminder r JOIN booking b ON b.id = r.booking_id
    WHERE r.state = 'planned' AND b.public_id = ANY(%s::uuid[])
"""
AHEAD = "SELECT COALESCE((SELECT max(seconds) FROM clock_offset), 0)"
MARKED = """
    SELECT count(*) FROM message m JOIN identity i ON i.contact_id = m.contact_id WHERE i.value = '+' || %s AND m.resent
"""
EVERYBODY = ("worker", "beat", "worker child", "postgres", "valkey", "web")


def test_i21_each_reminder_of_each_version_is_sent_once(product: Product) -> None:
    guests = strangers(GUESTS)
    write(product, guests)
    product.until_at_rest()
    visits = {guest: book(product, guest, days=3) for guest in guests}
    until(lambda: product.one(APPROVED) > 0, 60, "Meta has looked at the reminder")
    stay, gone, moved = guests[::3], guests[1::3], guests[2::3]
    try:
        for guest in gone:
            assert product.api("POST", f"bookings/{visits[guest]['id']}/cancel/", {})[0] == 200
        for guest in moved:
            visits[guest] = move(product, visits[guest], days=1)
        assert not reminders(product, guests)
        # The evening before those who stayed; the others' come a day later.
        skip_behind(product, [visits[guest] for guest in stay])
        kill_all(product)
        arrive(product, stay)
        assert not reminders(product, [*gone, *moved])
        skip_behind(product, [visits[guest] for guest in moved])
        kill_all(product)
        arrive(product, moved)
        product.until_at_rest()
    finally:
        product.manage("demo_clock", "reset")
        for visit in visits.values():
            product.api("POST", f"bookings/{visit['id']}/cancel/", {})
    for guest in guests:
        most = 1 + product.one(MARKED, [guest])
        assert len(reminders(product, [guest])) in (range(1, most + 1) if guest not in gone else (0,)), guest


def book(product: Product, guest: str, days: int) -> dict[str, Any]:
    """A visit of this guest at the first free time of a day."""
    contact = product.one("SELECT c.public_id FROM contact c JOIN identity i ON i.contact_id = c.id "
                          "WHERE i.value = '+' || %s", [guest])  # fmt: skip
    services = product.api("GET", "services/")[1]["results"]
    service = next(one["id"] for one in services if not one["is_add_on"])
    day = (now(product) + timedelta(days=days)).date()
    for _ in range(7):
        _, found = product.api("GET", f"availability/?service={service}&from={day}&to={day}")
        if found["results"]:
            break
        day += timedelta(days=1)
    item = {name: found["results"][0]["items"][0][name] for name in ("service", "professional", "starts_at")}
    status, made = product.api("POST", "bookings/", {"contact": str(contact), "items": [item]})
    assert status == 201, made
    return dict(made)


def move(product: Product, visit: dict[str, Any], days: int) -> dict[str, Any]:
    """To another day, at the same time or at the nearest that is free."""
    starts_at = (datetime.fromisoformat(visit["items"][0]["starts_at"]) + timedelta(days=days)).isoformat()
    wish: dict[str, Any] = {"starts_at": starts_at, "version": visit["version"]}
    status, made = product.api("PATCH", f"bookings/{visit['id']}/", wish)
    if status == 409:
        later = [one for one in made["free"] if one["items"][0]["starts_at"][:10] >= starts_at[:10]]
        wish["starts_at"] = later[0]["items"][0]["starts_at"]
        status, made = product.api("PATCH", f"bookings/{visit['id']}/", wish)
    assert status == 200, made
    return dict(made)


def now(product: Product) -> datetime:
    """The product's time."""
    found: datetime = product.one(f"SELECT now() + ({AHEAD}) * interval '1 s'")
    return found


def skip_behind(product: Product, visits: list[dict[str, Any]]) -> None:
    """To when all their reminders are due."""
    last = product.one(LAST_PLANNED, [[visit["id"] for visit in visits]])
    ahead = int((last - now(product)).total_seconds()) + 5
    assert ahead > 0
    product.manage("demo_clock", f"+{ahead}s")


def kill_all(product: Product) -> None:
    """While what is due begins to leave."""
    for kind in EVERYBODY:
        product.kill(kind)
    product.until_all_up()
    product.end_leases()


def arrive(product: Product, guests: list[str]) -> None:
    """Each of them has a reminder."""
    until(lambda: len({row["body"]["to"] for row in reminders(product, guests)}) == len(guests), 90, "all are reminded")


def reminders(product: Product, guests: list[str]) -> list[dict[str, Any]]:
    """What left for these guests and asks for a visit."""
    wanted = set(guests)
    return [
        row
        for row in product.ledger()
        if row["body"].get("to", "").lstrip("+") in wanted and '"rm:' in str(row["body"]).replace("'", '"')
    ]
