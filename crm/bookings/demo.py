"""What the demo salon does, and who works there: every day, so that there is always something to book."""

from typing import Any, Final

from crm.bookings import defaults
from crm.bookings.actions import offering
from crm.bookings.models import Service
from crm.deals.defaults import currency

EVERY_DAY: Final = [[[480, 1200]] for _ in range(7)]
# Name, heading, segments (minutes, then processing and again), buffer after, price, what it takes.
SERVICES: Final[tuple[tuple[str, str, tuple[int, ...], int, int, list[str]], ...]] = (
    ("Corte", "Cabelo", (45,), 0, 9000, []),
    ("Escova", "Cabelo", (40,), 0, 6000, []),
    ("Coloração", "Cabelo", (30, 35, 25), 10, 22000, ["lavatório"]),
    ("Manicure", "Unhas", (50,), 10, 4500, []),
)
PEOPLE: Final[tuple[tuple[str, str, str, tuple[str, ...]], ...]] = (
    ("Ana Lima", "Cabeleireira", "#206bc4", ("Corte", "Escova", "Coloração")),
    ("Bruno Reis", "Cabeleireiro", "#0ca678", ("Corte", "Escova")),
    ("Carla Nunes", "Manicure", "#ae3ec9", ("Manicure", "Escova")),
)


def fill() -> None:
    """Make all of it, if there is nothing yet. Inside the salon."""
    if Service.objects.exists():
        return
    offering.change_policy({"hours": EVERY_DAY}, by=None)
    offering.create_resource({"kind": "lavatório", "name": "Lavatório"}, by=None)
    services = {name: _service(name, *rest) for name, *rest in SERVICES}
    for name, title, colour, does in PEOPLE:
        values = {"name": name, "title": title, "colour": colour, "hours": EVERY_DAY}
        offering.create_professional(values, by=None, offers=[offering.Offer(services[one]) for one in does])
    defaults.touch()


def _service(name: str, *rest: Any) -> Service:
    heading, minutes, after, price, needs = rest
    kinds = ("busy", "processing")
    return offering.create_service(
        {
            "name": name,
            "category": offering.category(heading),
            "segments": [{"kind": kinds[place % 2], "minutes": many} for place, many in enumerate(minutes)],
            "buffer_after": after,
            "price_minor": price,
            "currency": currency(),
            "needs": needs,
        },
        by=None,
    )
