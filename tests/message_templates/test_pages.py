"""The pages on which templates are seen, written, submitted and deleted (FR-DB-007)."""

from typing import Any

import pytest

from channels_wa.media.models import Media
from channels_wa.media.queries import of_messages
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.messages.models import Message
from channels_wa.numbers.models import Number
from ops import clock
from ops.ids import uuid7
from ops.salon import inside
from ops.timers import errands
from tenants.audit.models import AuditEntry
from tests.message_templates.account import Account
from tests.message_templates.conftest import BODY, IMAGE, Make
from tests.message_templates.test_lint import GOOD
from tests.world import Browser

ENGLISH = {"accept-language": "en"}


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content[:500]
    return str(answer.content.decode())


def count(number: Number) -> int:
    with inside(number.salon_id):
        return MessageTemplate.objects.count()


def test_the_list_shows_names_with_their_languages(alice: Browser, make: Make) -> None:
    make("lembrete")
    make("lembrete", language="es", status="pending", meta_id="2")
    make("promo", status="rejected", meta_id="3", category="marketing")
    page = text(alice.get("/templates/", headers=ENGLISH))
    assert page.count("template-row__name") == 2
    for words in ("Português (Brasil)", "Español", "Approved", "In review", "Rejected", "Marketing", "Oi Ana, o seu"):
        assert words in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=rejected", {"promo"}),
        ("language=es", {"aviso"}),
        ("search=horário", {"lembrete", "aviso", "promo"}),
        ("search=prom", {"promo"}),
        ("search=nothing", set()),
        ("status=nonsense", {"lembrete", "aviso", "promo"}),
    ],
)
def test_the_list_is_filtered(alice: Browser, make: Make, query: str, names: set[str]) -> None:
    make("lembrete")
    make("aviso", language="es", meta_id="2")
    make("promo", status="rejected", meta_id="3")
    page = text(alice.get(f"/templates/?{query}"))
    assert {name for name in ("lembrete", "aviso", "promo") if f">{name}</a>" in page} == names


def test_the_list_goes_on_by_key(alice: Browser, make: Make) -> None:
    for place in range(32):
        make(f"name_{place:02}", meta_id=str(place))
    first = text(alice.get("/templates/"))
    assert "name_29" in first and "name_30" not in first
    rest = text(alice.get("/templates/?after=name_29~1111111111111111", headers={"hx-request": "true"}))
    assert "name_30" in rest and "name_31" in rest and "name_29" not in rest


def test_an_empty_list_teaches(alice: Browser, number: Number) -> None:
    assert "Write the first template" in text(alice.get("/templates/", headers=ENGLISH))


def test_a_draft_is_kept_and_opened_again(alice: Browser, number: Number) -> None:
    answer = alice.post("/templates/new/", {**GOOD, "act": "save", "sample.body.2": ""})
    assert answer.status_code == 303
    assert "lembrete_amanha" in text(alice.get(answer.headers["Location"]))
    form = text(alice.get(answer.headers["Location"] + "edit/"))
    assert 'value="Ana"' in form
    assert GOOD["body"] in form


def test_one_without_a_name_is_not_kept_and_says_so(alice: Browser, number: Number) -> None:
    page = text(alice.post("/templates/new/", {**GOOD, "name": " ", "act": "save"}, headers=ENGLISH), 422)
    assert "Give the template a name" in page
    assert GOOD["body"] in page
    assert count(number) == 0


def test_submitting_with_errors_keeps_the_draft_and_shows_them(alice: Browser, number: Number) -> None:
    form = {**GOOD, "sample.body.2": "", "act": "submit"}
    page = text(alice.post("/templates/new/", form, headers=ENGLISH), 422)
    assert "Give an example for {{2}}" in page
    with inside(number.salon_id):
        assert MessageTemplate.objects.get().submitting_at is None


def test_submitting_leads_to_a_page_that_shows_the_result(alice: Browser, number: Number, account: Account) -> None:
    answer = alice.post("/templates/new/", {**GOOD, "act": "submit"})
    page = answer.headers["Location"]
    assert "Being submitted" in text(alice.get(page, headers=ENGLISH))
    errands.work()
    status = text(alice.get(f"{page}?part=status", headers=ENGLISH))
    assert "In review" in status
    assert 'hx-trigger="every 2s"' in status


def test_what_meta_refused_stands_on_the_page_and_at_the_field(
    alice: Browser, number: Number, account: Account
) -> None:
    account.refuse(100, 2388299)
    page = alice.post("/templates/new/", {**GOOD, "act": "submit"}).headers["Location"]
    errands.work()
    assert "neither begin nor end" in text(alice.get(page, headers=ENGLISH))
    assert "neither begin nor end" in text(alice.get(f"{page}edit/", headers=ENGLISH))


def test_the_preview_shows_samples_and_what_is_left(alice: Browser, number: Number) -> None:
    form = {**GOOD, "body": "*Oi* {{1}}, <b>x</b> {{2}}!", "sample.body.2": ""}
    part = text(alice.post("/templates/preview/", form, headers=ENGLISH))
    assert "<strong>Oi</strong> Ana, &lt;b&gt;x&lt;/b&gt;" in part
    assert 'data-field="sample.body.2"' in part
    assert 'data-field="body"' in part
    assert count(number) == 0


def test_a_reason_and_a_pause_are_explained(alice: Browser, make: Make) -> None:
    one = make(status="rejected", reason="PROMOTIONAL", recommendation="Leave the offer out.")
    page = text(alice.get(f"/templates/{one.public_id}/", headers=ENGLISH))
    assert "advertises" in page and "Leave the offer out." in page


def test_what_is_in_review_cannot_be_edited(alice: Browser, make: Make) -> None:
    one = make(status="pending")
    assert alice.get(f"/templates/{one.public_id}/edit/").status_code == 303


def test_a_copy_is_opened_for_editing(alice: Browser, make: Make, number: Number) -> None:
    one = make()
    answer = alice.post(f"/templates/{one.public_id}/duplicate/", {"language": "es"})
    assert answer.headers["Location"].endswith("/edit/")
    assert count(number) == 2
    assert alice.post(f"/templates/{one.public_id}/duplicate/", {"language": "xx"}).status_code == 303
    assert count(number) == 2


def test_deleting_asks_first(alice: Browser, make: Make, number: Number) -> None:
    one = make(status="draft", meta_id="")
    assert "Delete it" in text(alice.get(f"/templates/{one.public_id}/delete/", headers=ENGLISH))
    assert count(number) == 1
    assert alice.post(f"/templates/{one.public_id}/delete/").status_code == 303
    assert count(number) == 0


def test_each_act_is_in_the_audit_log(alice: Browser, number: Number, account: Account) -> None:
    page = alice.post("/templates/new/", {**GOOD, "act": "submit"}).headers["Location"]
    errands.work()
    alice.post(f"{page}delete/")
    with inside(number.salon_id):
        noted = list(AuditEntry.objects.filter(action__startswith="template.").values_list("action", flat=True))
    assert noted == ["template.created", "template.submitted", "template.deleted"]


@pytest.mark.parametrize("act", ["edit", "submit", "duplicate", "delete", "drop-changes"])
def test_who_may_only_look_changes_nothing(
    bob: Browser, charlie: Browser, make: Make, number: Number, act: str
) -> None:
    one = make(status="draft", meta_id="")
    path = f"/templates/{one.public_id}/{act}/"
    assert (bob.post(path).status_code, charlie.post(path).status_code) == (403, 404)
    assert count(number) == 1


def test_who_sees_and_who_does_not(alice: Browser, bob: Browser, vera: Browser, charlie: Browser, make: Make) -> None:
    one = make()
    path = f"/templates/{one.public_id}/"
    assert [who.get(path).status_code for who in (alice, bob, vera, charlie)] == [200, 200, 403, 404]
    assert alice.get(f"/templates/{uuid7()}/").status_code == 404
    assert ">lembrete</a>" not in text(charlie.get("/templates/"))
    assert "Delete" not in text(bob.get(path, headers=ENGLISH))


def test_the_composer_offers_what_may_be_sent(bob: Browser, make: Make) -> None:
    make("lembrete")
    make("parado", status="paused", meta_id="2")
    part = text(bob.get("/templates/pick/?conversation=019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d"))
    assert "lembrete" in part and "parado" not in part


def test_the_form_asks_for_each_value_and_previews_it(bob: Browser, make: Make) -> None:
    one = make("lembrete", IMAGE, BODY)
    where = f"/templates/{one.public_id}/fill/?conversation=019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d"
    part = text(bob.get(where))
    for name in ("parameter.body.1", "parameter.body.2", "parameter.header.media"):
        assert f'name="{name}"' in part
    assert "/inbox/019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d/send/" in part
    preview = text(bob.get(f"{where}&part=preview&parameter.body.1=Beatriz"))
    assert "Oi Beatriz" in preview
    assert "{{2}}" in preview


def test_one_that_is_paused_is_not_filled_in(bob: Browser, make: Make) -> None:
    assert bob.get(f"/templates/{make(status='paused').public_id}/fill/").status_code == 404


def test_the_headers_file_is_shown_in_the_talk(number: Number, make: Make, picture: Media) -> None:
    make("lembrete", IMAGE)
    with inside(number.salon_id):
        payload = {"shown": {"header": {"type": "image", "file": str(picture.public_id)}}}
        message = Message.objects.create(
            direction="out", type="template", payload=payload, contact_id=1, conversation_id=1, number_id=number.pk,
            at=clock.now(),
        )  # fmt: skip
        assert of_messages([message.pk])[message.pk].public_id == picture.public_id


def test_a_long_list_costs_few_queries(alice: Browser, make: Make, django_assert_max_num_queries: Any) -> None:
    """UX-004."""
    for place in range(30):
        make(f"name_{place:02}", meta_id=str(place))
    alice.get("/templates/")
    with django_assert_max_num_queries(12):
        alice.get("/templates/")
