"""Services and professionals to choose from, as flows show them (flows.nodes.choosing)."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from crm.bookings.catalogue import Catalogue, KnownPerson, KnownService, catalogue
from crm.bookings.talking import words
from crm.bookings.talking.matching import named

JSON = dict[str, Any]
# Of a list's ten rows one leads to the others.
PAGE: Final = 9


def services(asked: JSON) -> JSON:
    """{"services": [ids] or none for all, "language", "said", "after", "pick"}"""
    known, language = catalogue(), words.language_for(str(asked.get("language") or ""))
    only = [str(one) for one in asked.get("services") or []]
    found = [one for one in offered_services(known) if not only or str(one.public_id) in only]
    return choice(asked, language, [_service(one, known, language) for one in found], "more")


def professionals(asked: JSON) -> JSON:
    """{"services": [ids], …}: those who do all of it, else those who do some of it, with "anyone" before them."""
    known, language = catalogue(), words.language_for(str(asked.get("language") or ""))
    wanted = service_keys(asked.get("services"), known)
    online = [one for one in known.people.values() if one.is_online and not one.is_archived]
    found = [one for one in online if wanted <= one.shapes.keys()]
    found = found or [one for one in online if wanted & one.shapes.keys()]
    options = [_person(one, language) for one in found]
    if len(options) > 1:
        name = words.said(language, "anyone")
        hint = words.said(language, "anyone_hint")
        anyone = {"id": "any", "title": name, "description": hint, "value": {"id": "", "name": name}}
        options.insert(0, {**anyone, "button": words.said(language, "see_people")})
    return choice(asked, language, options, "more")


def choice(asked: JSON, language: str, options: Sequence[JSON], more: str) -> JSON:
    """A page of them; or the one that was named, or the only one that there is."""
    if not options:
        return {"none": True}
    if len(options) == 1:
        return {"picked": options[0]["value"]}
    if pick := asked.get("pick"):
        return next(
            ({"picked": one["value"]} for one in options if one["id"] == pick), page(options, 0, language, more)
        )
    if said := asked.get("said"):
        places = named(str(said), [str(one["value"].get("name") or one["title"]) for one in options])
        if not places:
            return {"unclear": True}
        if len(places) == 1:
            return {"picked": options[places[0]]["value"]}
        return page([options[place] for place in places], 0, language, more)
    after = asked.get("after")
    return page(options, after if isinstance(after, int) and 0 <= after < len(options) else 0, language, more)


def page(options: Sequence[JSON], first: int, language: str, more: str) -> JSON:
    """Nine of them; the way to the next nine, and from the last back to the first."""
    found: JSON = {"options": list(options[first : first + PAGE])}
    if len(options) > PAGE:
        after = first + PAGE if first + PAGE < len(options) else 0
        found["more"] = {"title": words.said(language, more), "after": after}
    return found


def offered_services(known: Catalogue) -> list[KnownService]:
    """What guests may book, and somebody does."""
    done = {pk for one in known.people.values() if one.is_online and not one.is_archived for pk in one.shapes}
    return [
        one
        for one in known.services.values()
        if one.pk in done and one.is_online and not one.is_archived and not one.is_add_on
    ]


def service_keys(ids: Any, known: Catalogue) -> set[int]:
    """The keys of services that guests may book, by their public ids."""
    return set(_keys(ids, known))


def services_in_order(ids: Any, known: Catalogue) -> list[int]:
    """The same in the order in which they were named."""
    return list(_keys(ids, known))


def person_key(public_id: Any, known: Catalogue) -> int | None:
    """A professional who takes bookings online; None: anyone."""
    wanted: Callable[[KnownPerson], bool] = lambda one: str(one.public_id) == public_id  # noqa: E731
    return next(
        (one.pk for one in known.people.values() if wanted(one) and one.is_online and not one.is_archived), None
    )


def _keys(ids: Any, known: Catalogue) -> list[int]:
    offered = {str(one.public_id): one.pk for one in offered_services(known)}
    given = ids if isinstance(ids, list) else []
    return [offered[str(one)] for one in given if str(one) in offered]


def _service(one: KnownService, known: Catalogue, language: str) -> JSON:
    prices = [
        person.prices.get(one.pk, one.price_minor)
        for person in known.people.values()
        if one.pk in person.shapes and person.is_online and not person.is_archived
    ]
    least = min(prices, default=one.price_minor)
    price = words.price(least, one.currency, language) if least else ""
    if price and len(set(prices)) > 1:
        price = words.said(language, "from", price=price)
    minutes = one.shape.minutes
    value = {
        "id": str(one.public_id),
        "name": one.name,
        "price": price,
        "price_minor": least,
        "currency": one.currency,
        "minutes": minutes,
    }
    return {
        "id": f"s{one.pk}",
        "title": one.name,
        "description": " · ".join(filter(None, [words.said(language, "minutes", n=minutes), price])),
        "value": value,
        "button": words.said(language, "see_services"),
    }


def _person(one: KnownPerson, language: str) -> JSON:
    value = {"id": str(one.public_id), "name": one.name}
    button = words.said(language, "see_people")
    return {"id": f"p{one.pk}", "title": one.name, "description": "", "value": value, "button": button}
