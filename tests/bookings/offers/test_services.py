"""FR-DB-006: services are written, changed by two at once, put in order and put away."""

import json
from typing import Any

import pytest
from django.utils import translation

from crm.bookings.models import Professional, ProfessionalService, Resource, Service
from crm.bookings.offers.fields import read_money
from crm.bookings.offers.parts import read_time, time_words
from crm.bookings.offers.service_form import known_of
from ops.salon import inside
from tests.bookings.conftest import Chair
from tests.world import Browser

CUT = {"name": "Barba", "category": "Barba e bigode", "segments-kind": "busy", "segments-minutes": "20",
       "price": "1.234,50", "is_online": "on"}  # fmt: skip


def as_shown(chair: Chair, row: Service, **typed: Any) -> dict[str, Any]:
    """What the browser sends of the page of a service, with what somebody types."""
    with inside(chair.salon_id):
        known = known_of(Service.objects.get(pk=row.pk))
    data: dict[str, Any] = {
        "name": known["name"],
        "category": known["category"],
        "segments-kind": [part["kind"] for part in known["segments"]],
        "segments-minutes": [str(part["minutes"]) for part in known["segments"]],
        "buffer_before": known["buffer_before"],
        "buffer_after": known["buffer_after"],
        "price": f"{known['price'] / 100:.2f}".replace(".", ","),
        "needs": known["needs"],
        "is_online": "on",
        "deposit_kind": "fixed",
        "deposit_no_shows": "1",
        "who": list(known["who"]),
        "version": row.version,
        "seen": json.dumps(known),
    }
    return data | typed


def fresh(chair: Chair, row: Service) -> Service:
    with inside(chair.salon_id):
        return Service.objects.get(pk=row.pk)


def test_a_service_is_written_as_people_write(chair: Chair, alice: Browser) -> None:
    who = str(chair.ana.public_id)
    data = CUT | {"segments-kind": ["busy", "processing", "busy"], "segments-minutes": ["20", "10", "5"], "who": who,
                  f"who-time-{who}": "30 + 10", f"who-price-{who}": "90,5"}  # fmt: skip
    assert alice.post("/services/new/", data).status_code == 303
    with inside(chair.salon_id):
        made = Service.objects.select_related("category").get(name="Barba")
        offer = ProfessionalService.objects.get(service=made)
    assert (made.price_minor, made.minutes, made.currency) == (123450, 35, "BRL")
    assert made.category and made.category.name == "Barba e bigode"
    assert (offer.professional_id, offer.price_minor) == (chair.ana.pk, 9050)
    assert offer.segments == [{"kind": "busy", "minutes": 30}, {"kind": "processing", "minutes": 10}]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("price", "abc", "1234,50"),
        ("price", "-5", "1234,50"),
        ("price", "12,345", "“,”"),
        ("price", "", ""),
        ("segments-minutes", "0", ""),
        ("segments-minutes", "9999", ""),
        ("segments-kind", "processing", ""),
        ("buffer_after", "481", ""),
        ("cancel_hours", "-1", ""),
        ("lead", "abc", ""),
        ("name", "", ""),
        ("needs", "no such kind", ""),
        ("no_show_fee", "9" * 19, ""),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_lost(
    chair: Chair, alice: Browser, field: str, value: str, words: str
) -> None:
    answer = alice.post("/services/new/", CUT | {"description": "Com toalha quente", field: value})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "invalid-feedback" in text
    assert words in text
    assert "Com toalha quente" in text
    with inside(chair.salon_id):
        assert not Service.objects.filter(name="Barba").exists()


def test_of_two_who_change_the_same_neither_is_overwritten(chair: Chair, alice: Browser) -> None:
    """The price is another's, the name mine: nothing is saved until I have seen it; what I typed is kept."""
    mine = as_shown(chair, chair.cut, name="Corte e barba", buffer_after="20")
    theirs = as_shown(chair, chair.cut, price="99,00", buffer_after="5")
    path = f"/services/{chair.cut.public_id}/"
    assert alice.post(path, theirs).status_code == 303
    answer = alice.post(path, mine)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert fresh(chair, chair.cut).name == "Corte"
    assert 'value="Corte e barba"' in text  # mine is kept
    assert 'value="99,00"' in text  # theirs, which I did not touch
    assert 'name="buffer_after" value="20"' in text  # both changed it: mine stands, and theirs is told
    assert "“5”" in text
    assert "Alice" in text


def test_a_deposit_has_all_that_its_rule_needs(chair: Chair, alice: Browser) -> None:
    path = f"/services/{chair.cut.public_id}/"
    rule = {"deposit_when": "after_no_show", "deposit_kind": "percent", "deposit_no_shows": "2", "no_show_fee": "0"}
    assert alice.post(path, as_shown(chair, chair.cut, **rule)).status_code == 422
    assert alice.post(path, as_shown(chair, chair.cut, **rule, deposit_percent="30")).status_code == 303
    saved = fresh(chair, chair.cut)
    assert saved.deposit == {"when": "after_no_show", "kind": "percent", "value": 30, "no_shows": 2}
    assert saved.no_show_fee_minor == 0
    never = {"deposit_when": "never", "version": saved.version}
    assert alice.post(path, as_shown(chair, saved, **never)).status_code == 303
    assert fresh(chair, chair.cut).deposit == {"when": "never"}


def test_the_same_sent_twice_is_saved_once(chair: Chair, alice: Browser) -> None:
    data = as_shown(chair, chair.cut, name="Corte curto")
    path = f"/services/{chair.cut.public_id}/"
    assert [alice.post(path, data).status_code for _ in range(2)] == [303, 303]
    assert fresh(chair, chair.cut).version == chair.cut.version + 1


def test_who_does_it_is_guarded_from_both_sides(chair: Chair, alice: Browser) -> None:
    """A service's page and a professional's page write the same rows."""
    data = as_shown(chair, chair.cut, who=[str(chair.ana.public_id)])
    assert alice.post(f"/services/{chair.cut.public_id}/", data).status_code == 303
    with inside(chair.salon_id):
        bia = Professional.objects.get(pk=chair.bia.pk)
        assert not ProfessionalService.objects.filter(professional=bia).exists()
    assert bia.version == chair.bia.version + 1


def test_they_stand_in_the_order_they_are_put(chair: Chair, alice: Browser) -> None:
    path = f"/services/{chair.colour.public_id}/move/"

    def names() -> list[str]:
        with inside(chair.salon_id):
            return list(Service.objects.order_by("order", "pk").values_list("name", flat=True))

    assert names() == ["Corte", "Cor"]
    assert alice.post(path, {"to": "up"}).status_code == 303
    assert names() == ["Cor", "Corte"]
    assert alice.post(path, {"before": ""}, headers={"HX-Request": "true"}).status_code == 200
    assert names() == ["Corte", "Cor"]
    alice.post(path, {"before": str(chair.cut.public_id)})
    assert names() == ["Cor", "Corte"]


def test_what_is_put_away_comes_back_by_undo(chair: Chair, alice: Browser) -> None:
    chair.book()
    answer = alice.post(f"/services/{chair.cut.public_id}/archive/", headers={"HX-Request": "true"})
    told = json.loads(answer.headers["HX-Trigger"])
    assert fresh(chair, chair.cut).archived_at
    assert "offers-changed" in told
    alice.post(told["toast"]["undo"])
    assert not fresh(chair, chair.cut).archived_at


def test_the_list_says_what_nobody_can_book(chair: Chair, alice: Browser) -> None:
    with inside(chair.salon_id):
        Resource.objects.filter(pk=chair.sink.pk).update(archived_at=chair.at("10:00"))
    with translation.override("en"):
        text = alice.get("/services/", headers={"Accept-Language": "en"}).content.decode()
    assert "It takes what the salon does not have: sink." in text


@pytest.mark.parametrize(
    ("language", "text", "minor"),
    [
        ("pt-br", "1.234,50", 123450), ("pt-br", "R$ 80", 8000), ("pt-br", "1.234", 123400), ("pt-br", "0,5", 50),
        ("en", "1,234.50", 123450), ("en", "80.5", 8050), ("es", "1.234,50", 123450),
    ],
)  # fmt: skip
def test_money_is_read_as_the_language_writes_it(language: str, text: str, minor: int) -> None:
    with translation.override(language):
        assert read_money(text, "BRL") == minor


def test_times_are_written_short() -> None:
    text = "30 + 35 + 25"
    assert time_words(read_time(text)) == text
    assert time_words([{"kind": "processing", "minutes": 5}, {"kind": "busy", "minutes": 10}]) == "0 + 5 + 10"
