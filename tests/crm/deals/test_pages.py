"""CR-002: each page works; who may only look gets 403 for what changes; another salon finds nothing."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest

from crm.consent import policy
from crm.deals.actions import tasks
from crm.deals.models import Deal, Pipeline, Stage, Task
from ops import clock
from ops.salon import inside
from tests.crm.deals.conftest import Desk
from tests.world import Browser

XSS = '"><img src=x onerror=alert(1)>'


def url(deal: Deal, verb: str = "") -> str:
    return f"/deals/{deal.public_id}/{verb}"


def move(browser: Browser, deal: Deal, stage: Stage, **more: Any) -> Any:
    """As the board's script does it."""
    data = {"stage": str(stage.public_id), "version": deal.version, **more}
    return browser.post(url(deal, "move/"), data, headers={"accept": "application/json"})


def test_the_board_shows_columns_and_what_they_are_worth(alice: Browser, desk: Desk) -> None:
    desk.deal("Noiva", value_minor=150_050)
    desk.deal("Debutante", value_minor=100)
    page = alice.get_page("/deals/")
    assert page.index("Debutante") < page.index("Noiva")
    assert "Ana Souza" in page
    assert "1.501,50" in page or "1,501.50" in page


def test_the_board_is_filtered(alice: Browser, desk: Desk) -> None:
    desk.deal("Noiva", owner=alice.member)
    old = desk.deal("Debutante", expected_on=clock.now().date())
    with inside(desk.salon_id):
        Deal.objects.filter(pk=old.pk).update(stage_since=clock.now() - timedelta(days=9))
    for query, shown in (
        ({"owner": "me"}, "Noiva"), ({"owner": str(alice.member.public_id)}, "Noiva"), ({"owner": "none"}, "Debutante"),
        ({"rot": "1"}, "Debutante"), ({"month": "1"}, "Debutante"), ({"search": "noi"}, "Noiva"),
    ):  # fmt: skip
        page = alice.get("/deals/", query, headers={"hx-request": "true"}).content.decode()
        assert (shown in page, ("Noiva" in page) + ("Debutante" in page)) == (True, 1), query
    assert "Noiva" in alice.get_page("/deals/", search="98888-1234", tag="vip")
    assert "Noiva" not in alice.get_page("/deals/", tag="other")


def test_a_long_column_comes_in_pages(alice: Browser, desk: Desk) -> None:
    for number in range(23):
        desk.deal(f"deal{number:02}")
    page = alice.get_page("/deals/")
    assert "deal03<" in page
    assert "deal02<" not in page
    start = page.index(f"/deals/stages/{desk.stages['new'].public_id}/?")
    more = alice.get_page(page[start : page.index('"', start)].replace("&amp;", "&"))
    assert "deal02<" in more
    assert "deal00<" in more
    assert "deal03<" not in more


def test_a_board_costs_few_questions(alice: Browser, desk: Desk, django_assert_max_num_queries: Any) -> None:
    for stage in ("new", "contacted", "quoted"):
        for _ in range(5):
            desk.deal(stage=stage)
    alice.get_page("/deals/")
    with django_assert_max_num_queries(18):
        alice.get_page("/deals/")


def test_a_card_is_dropped_and_the_drop_is_undone(alice: Browser, desk: Desk) -> None:
    deal = desk.deal()
    top = desk.deal("top", "quoted")
    told = move(alice, deal, desk.stages["quoted"], above=str(top.public_id)).json()
    assert desk.order("quoted") == ["top", "Noiva"]
    assert (told["version"], told["totals"][str(desk.stages["quoted"].public_id)][0]) == (2, 2)
    assert alice.post(told["undo"], headers={"hx-request": "true"}).status_code == 200
    assert desk.fresh(deal).stage == desk.stages["new"]


def test_a_drop_of_an_older_card_is_refused_with_the_reason(alice: Browser, desk: Desk) -> None:
    deal = desk.deal()
    move(alice, deal, desk.stages["contacted"])
    answer = move(alice, deal, desk.stages["quoted"])
    assert answer.status_code == 409
    assert "Noiva" in answer.json()["reason"]
    assert desk.fresh(deal).stage == desk.stages["contacted"]


def test_the_dialog_moves(alice: Browser, desk: Desk) -> None:
    deal, there = desk.deal(), desk.deal("there", "quoted")
    stage = str(desk.stages["quoted"].public_id)
    assert str(there.public_id) in alice.get_page(url(deal, "move/"), stage=stage)
    answer = alice.post(url(deal, "move/"), {"stage": stage, "place": "bottom", "version": 1},
                        headers={"hx-request": "true"})  # fmt: skip
    assert "deals-changed" in answer["HX-Trigger"]
    assert desk.order("quoted") == ["there", "Noiva"]


def test_who_loses_a_deal_says_why(alice: Browser, desk: Desk) -> None:
    deal = desk.deal()
    assert move(alice, deal, desk.stages["lost"]).json()["needs"] == "reason"
    lost = str(desk.stages["lost"].public_id)
    answer = alice.post(url(deal, "move/"), {"stage": lost, "version": 1}, headers={"hx-request": "true"})
    assert (answer.status_code, desk.fresh(deal).closed_at) == (422, None)
    alice.post(url(deal, "lose/"), {"reason": "Caro", "version": 1})
    assert desk.fresh(deal).lost_reason == "Caro"
    alice.post(url(deal, "reopen/"), {"version": 2})
    alice.post(url(deal, "win/"), {"version": 3})
    assert desk.fresh(deal).stage == desk.stages["won"]


def test_a_deal_is_made_for_a_guest(alice: Browser, desk: Desk) -> None:
    assert "Ana Souza" in alice.get_page("/deals/people/", search="8888-1234")
    contact = str(desk.contact.public_id)
    assert "Ana Souza" in alice.get_page("/deals/new/", contact=contact)
    form = {"contact": contact, "title": "Noiva", "value": "1.234,50", "currency": "BRL"}
    assert alice.post("/deals/new/", {**form, "value": "viel"}).status_code == 422
    assert alice.post("/deals/new/", {**form, "contact": ""}).status_code == 422
    assert alice.post("/deals/new/", form).status_code == 303
    with inside(desk.salon_id):
        made = Deal.objects.get()
    assert (made.value_minor, made.source) == (123_450, "by hand")
    assert "Noiva" in alice.get_page(f"/deals/contacts/{contact}/")


def test_a_deal_is_changed_and_not_by_two_at_once(alice: Browser, desk: Desk) -> None:
    deal = desk.deal()
    form = {"title": "Debutante", "value": "10", "currency": "BRL", "version": 1}
    assert alice.post(url(deal, "edit/"), form).status_code == 303
    answer = alice.post(url(deal, "edit/"), {**form, "title": "Festa"})
    assert (answer.status_code, "Festa" in answer.content.decode()) == (409, True)
    assert (desk.fresh(deal).title, desk.fresh(deal).value_minor) == ("Debutante", 1000)


def test_tasks_are_written_done_and_taken_up(alice: Browser, desk: Desk) -> None:
    deal = desk.deal()
    form = {"text": "Ligar", "deal": str(deal.public_id), "due_at": "2020-01-02T10:00",
            "owner": str(alice.member.public_id)}  # fmt: skip
    alice.post("/deals/tasks/new/", form)
    with inside(desk.salon_id):
        task = Task.objects.get()
    for show, there in (("mine", True), ("overdue", True), ("today", True), ("all", True), ("done", False)):
        assert ("Ligar" in alice.get_page("/deals/tasks/", show=show)) is there, show
    assert "Ligar" in alice.get_page(url(deal))
    assert "Ligar" in alice.get_page("/deals/")
    alice.post(f"/deals/tasks/{task.public_id}/", {"text": "Escrever", "due_at": ""})
    alice.post(f"/deals/tasks/{task.public_id}/done/")
    assert "Escrever" in alice.get_page("/deals/tasks/", show="done")
    alice.post(f"/deals/tasks/{task.public_id}/done/?undo=1")
    assert "Escrever" in alice.get_page("/deals/tasks/", show="all")


def test_the_forecast_weighs_by_stage(alice: Browser, desk: Desk) -> None:
    desk.deal(stage="quoted", value_minor=100_000, expected_on=clock.now().date())
    desk.deal(stage="won", value_minor=777_00)
    page = alice.get_page("/deals/forecast/")
    assert "R$ 600" in page
    assert "R$ 777" in page


def test_numbers_of_the_forecast_lead_to_the_deals_they_count(alice: Browser, desk: Desk) -> None:
    today = clock.now().date()
    desk.deal("Marcada", stage="quoted", expected_on=today)
    desk.deal("Sem dia", stage="quoted")
    desk.deal("Ganha", stage="won")
    lost = desk.deal("Perdida")
    alice.post(url(lost, "lose/"), {"reason": "Caro & longe", "version": "1"})
    links = re.findall(r'href="(/deals/\?pipeline=[^"]+)"', alice.get_page("/deals/forecast/"))
    names = ("Marcada", "Sem dia", "Ganha", "Perdida")
    shown = [[name for name in names if name in alice.get_page(html.unescape(link))] for link in links]
    assert shown == [["Marcada"], ["Sem dia"], ["Ganha"], ["Perdida"]]


def test_pipelines_are_managed(alice: Browser, desk: Desk) -> None:
    assert alice.post("/settings/pipelines/", {"name": "Noivas"}).status_code == 303
    with inside(desk.salon_id):
        made = Pipeline.objects.get(name="Noivas")
        stage = made.stages.order_by("order").first()
    assert stage is not None
    page = f"/settings/pipelines/{made.public_id}/"
    alice.post(page, {"name": "Festas", "lost_reasons": "Caro\nLonge"})
    alice.post(f"{page}add/", {"name": "Prova", "kind": "open", "probability": "80"})
    alice.post(f"/settings/pipelines/stages/{stage.public_id}/", {"name": "Pedido", "probability": "5"})
    alice.post(f"/settings/pipelines/stages/{stage.public_id}/move/", {"to": "right"})
    shown = alice.get_page(page)
    assert all(word in shown for word in ("Festas", "Longe", "Prova", "Pedido"))
    alice.post(f"/settings/pipelines/stages/{stage.public_id}/archive/")
    alice.post(f"{page}default/")
    assert "Pedido" not in alice.get_page(page)
    with inside(desk.salon_id):
        assert Pipeline.objects.get(is_default=True) == made


def test_words_of_people_are_words(alice: Browser, desk: Desk) -> None:
    deal = desk.deal(XSS)
    with inside(desk.salon_id):
        Pipeline.objects.filter(is_default=True).update(lost_reasons=[XSS])
        tasks.create(tasks.NewTask(text=XSS, deal=deal), by=None)
    there = (url(deal), url(deal, "move/"), "/deals/", "/deals/tasks/?show=all")
    for path in (
        *there,
        f"/deals/contacts/{desk.contact.public_id}/",
        f"/settings/pipelines/{deal.stage.pipeline.public_id}/",
    ):
        page = alice.get_page(path)
        assert "<img src=x" not in page, path
        assert "&lt;img src=x" in page, path


READ = ["/deals/", "/deals/forecast/", "/deals/tasks/", "/deals/{deal}/", "/deals/stages/{stage}/",
        "/deals/contacts/{contact}/"]  # fmt: skip
WRITE = ["/deals/new/", "/deals/{deal}/edit/", "/deals/{deal}/move/", "/deals/{deal}/win/", "/deals/{deal}/lose/",
         "/deals/{deal}/reopen/", "/deals/tasks/new/", "/deals/tasks/{task}/", "/deals/tasks/{task}/done/",
         "/settings/pipelines/", "/settings/pipelines/{pipeline}/", "/settings/pipelines/{pipeline}/add/",
         "/settings/pipelines/{pipeline}/default/", "/settings/pipelines/{pipeline}/archive/",
         "/settings/pipelines/stages/{stage}/", "/settings/pipelines/stages/{stage}/move/",
         "/settings/pipelines/stages/{stage}/archive/"]  # fmt: skip


@pytest.fixture
def ids(desk: Desk) -> dict[str, str]:
    """One of each."""
    deal = desk.deal()
    with inside(desk.salon_id):
        task = tasks.create(tasks.NewTask(text="Ligar", deal=deal), by=None)
        pipeline = deal.stage.pipeline
    rows: dict[str, Any] = {"deal": deal, "task": task, "stage": deal.stage, "pipeline": pipeline,
                            "contact": desk.contact}  # fmt: skip
    return {name: str(row.public_id) for name, row in rows.items()}


def test_who_may_only_look_sees_and_changes_nothing(vera: Browser, desk: Desk, ids: dict[str, str]) -> None:
    for path in READ:
        vera.get_page(path.format(**ids))
    for path in WRITE:
        assert vera.post(path.format(**ids), {"title": "x"}).status_code == 403, path
    with inside(desk.salon_id):
        assert Deal.objects.get().version == 1
        assert Task.objects.get().done_at is None


def test_a_receptionist_manages_no_pipelines(bob: Browser, desk: Desk, ids: dict[str, str]) -> None:
    assert bob.post(f"/deals/{ids['deal']}/win/").status_code == 303
    assert bob.get("/settings/pipelines/").status_code == 403


def test_another_salon_finds_nothing(charlie: Browser, ids: dict[str, str]) -> None:
    for path in (one for one in (*READ, *WRITE) if "{" in one):
        answer = charlie.get(path.format(**ids)) if path in READ else charlie.post(path.format(**ids), {"name": "x"})
        assert answer.status_code == 404, path


def test_who_sees_only_their_own_guests_sees_only_their_deals(bob: Browser, desk: Desk, ids: dict[str, str]) -> None:
    """FR-DB-003: the rule of the inbox holds here too."""
    policy._policy.cache_clear()
    with inside(desk.salon_id):
        policy.change({"own_only_roles": ["receptionist"]}, by=None)
    assert "Noiva" not in bob.get_page("/deals/")
    assert bob.get(f"/deals/{ids['deal']}/").status_code == 404
    assert bob.post(f"/deals/{ids['deal']}/move/").status_code == 404
    assert "Ligar" not in bob.get_page("/deals/tasks/", show="all")
    assert "Ana" not in bob.get_page("/deals/people/", search="Souza")
    policy._policy.cache_clear()
