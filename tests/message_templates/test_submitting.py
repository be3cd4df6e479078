"""Templates go to Meta by a job that may be done twice, and what Meta refuses comes back to the form (FR-WA-004)."""

from typing import Any

import pytest
from django.utils import translation

from channels_wa.media import storing
from channels_wa.media.models import Media
from channels_wa.message_templates import actions, refusals
from channels_wa.message_templates.drafts import Draft, from_form
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.numbers.models import Number
from ops.events.models import Event
from ops.salon import inside
from ops.timers import errands
from tests.message_templates.account import Account
from tests.message_templates.conftest import BODY, Make
from tests.message_templates.test_lint import GOOD


@pytest.fixture
def draft(number: Number, by: Any) -> MessageTemplate:
    """Kept, not submitted."""
    with inside(number.salon_id):
        return actions.create(from_form(GOOD), waba_id=number.waba_id, by=by)


def now(template: MessageTemplate, number: Number) -> MessageTemplate:
    with inside(number.salon_id):
        template.refresh_from_db()
    return template


def submit(template: MessageTemplate, number: Number, by: Any, *, times: int = 1) -> MessageTemplate:
    with inside(number.salon_id):
        actions.submit(template, by=by)
    for _ in range(times):
        errands.work()
    return now(template, number)


def refused(template: MessageTemplate) -> list[tuple[str, str]]:
    with translation.override("en"):
        return [(one.field, one.text) for one in refusals.findings_of(template)]


def test_a_draft_is_submitted_once(draft: MessageTemplate, number: Number, by: Any, account: Account) -> None:
    template = submit(draft, number, by, times=2)
    assert (template.status, template.meta_id, template.submitting_at) == ("pending", "700", None)
    (name, sent), *others = account.calls
    assert (name, others) == ("create", [])
    assert sent["name"] == "lembrete_amanha"
    assert sent["category"] == "UTILITY"
    assert sent["components"][0]["example"] == {"body_text": [["Ana", "15h"]]}


def test_while_it_is_on_its_way_nothing_can_be_changed(
    draft: MessageTemplate, number: Number, by: Any, account: Account
) -> None:
    with inside(number.salon_id):
        actions.submit(draft, by=by)
        for act in (lambda: actions.submit(draft, by=by), lambda: actions.delete(draft, by=by)):
            with pytest.raises(actions.CannotDo):
                act()
        with pytest.raises(actions.CannotDo):
            actions.change(draft, from_form(GOOD), by=by)


def test_one_with_errors_is_not_submitted(draft: MessageTemplate, number: Number, by: Any, account: Account) -> None:
    with inside(number.salon_id):
        actions.change(draft, from_form({**GOOD, "sample.body.1": ""}), by=by)
        with pytest.raises(actions.CannotDo) as cannot:
            actions.submit(draft, by=by)
    assert [one.field for one in cannot.value.findings] == ["sample.body.1"]
    assert account.calls == []


@pytest.mark.parametrize(
    ("code", "subcode", "field", "says"),
    [
        (2388299, None, "body", "neither begin nor end"),
        (100, 2388293, "body", "Too few words"),
        (100, 2388072, "body", "side by side"),
        (100, 2388047, "header_text", "header"),
        (100, 2388073, "footer", "footer"),
        (100, 2388019, "", "250"),
        (100, 2388024, "name", "already"),
        (190, None, "", "Reconnect"),
        (100, 2388999, "", "Meta says so"),
    ],
)
def test_what_meta_refuses_stands_at_its_field(
    draft: MessageTemplate, number: Number, by: Any, account: Account, code: int, subcode: int, field: str, says: str
) -> None:
    account.refuse(code, subcode, words="Meta says so")
    template = submit(draft, number, by)
    assert (template.status, template.submitting_at) == ("draft", None)
    ((where, words),) = refused(template)
    assert where == field
    assert says in words


def test_what_may_pass_is_tried_again(
    draft: MessageTemplate, number: Number, by: Any, account: Account, later: Any
) -> None:
    account.fail()
    assert submit(draft, number, by).submitting_at is not None
    later(seconds=3)
    errands.work()
    assert now(draft, number).status == "pending"


def test_an_answer_that_was_lost_makes_no_second_template(
    draft: MessageTemplate, number: Number, by: Any, account: Account, later: Any
) -> None:
    account.loses_answers = 1
    submit(draft, number, by)
    later(seconds=3)
    errands.work()
    template = now(draft, number)
    assert (template.status, template.meta_id, template.problems) == ("pending", "700", [])
    assert len(account.templates) == 1


def test_who_never_answers_is_given_up(
    draft: MessageTemplate, number: Number, by: Any, account: Account, later: Any
) -> None:
    for _ in range(8):
        account.fail()
    submit(draft, number, by)
    for _ in range(8):
        later(hours=1)
        errands.work()
    template = now(draft, number)
    assert (template.status, template.submitting_at) == ("draft", None)
    assert "could not be reached" in refused(template)[0][1]


def test_an_approved_one_stays_in_use_until_its_changes_are_with_meta(
    make: Make, number: Number, by: Any, account: Account
) -> None:
    account.has("lembrete", id="745620194")
    account.templates = {"745620194": account.templates["700"]}
    template = make()
    form = from_form({**GOOD, "name": "another", "category": "marketing"})
    with inside(number.salon_id):
        template = actions.change(template, form, by=by)
    assert (template.status, template.name, template.components) == ("approved", "lembrete", [BODY])
    template = submit(template, number, by)
    assert (template.status, template.changes) == ("pending", None)
    assert template.components[0]["text"] == GOOD["body"]
    edited = next(what for name, what in account.calls if name == "edit")
    assert edited[0] == "745620194"
    assert "category" not in edited[1]


def test_a_draft_is_deleted_at_once_and_meta_is_not_asked(
    draft: MessageTemplate, number: Number, by: Any, account: Account
) -> None:
    with inside(number.salon_id):
        actions.delete(draft, by=by)
        assert not MessageTemplate.objects.exists()
    errands.work()
    assert account.calls == []


def test_one_that_meta_has_is_gone_when_meta_has_deleted_it(
    make: Make, number: Number, by: Any, account: Account
) -> None:
    account.has("lembrete", id="745620194")
    account.templates = {"745620194": account.templates["700"]}
    template = make()
    with inside(number.salon_id):
        actions.delete(template, by=by)
    assert now(template, number).status == "pending_deletion"
    errands.work()
    assert now(template, number).status == "deleted"
    assert ("delete", ("lembrete", "745620194")) in account.calls
    with inside(number.salon_id):
        assert [one.payload["new"] for one in Event.objects.filter(kind="template.changed").order_by("pk")] == [
            "pending_deletion", "deleted",
        ]  # fmt: skip


def test_its_name_may_be_used_again_afterwards(make: Make, number: Number, by: Any) -> None:
    make(status="deleted")
    with inside(number.salon_id):
        assert actions.create(Draft("lembrete", "pt_BR"), waba_id=number.waba_id, by=by).status == "draft"
        with pytest.raises(actions.CannotDo):
            actions.create(Draft("lembrete", "pt_BR"), waba_id=number.waba_id, by=by)


def test_two_who_edit_do_not_overwrite_each_other(draft: MessageTemplate, number: Number, by: Any) -> None:
    with inside(number.salon_id):
        actions.change(draft, from_form(GOOD), by=by, revision=draft.revision)
        with pytest.raises(actions.Stale):
            actions.change(draft, from_form({**GOOD, "body": "x"}), by=by, revision=draft.revision)


def test_a_copy_has_a_name_of_its_own_or_another_language(draft: MessageTemplate, number: Number, by: Any) -> None:
    with inside(number.salon_id):
        assert actions.duplicate(draft, by=by).name == "lembrete_amanha_2"
        other = actions.duplicate(draft, by=by, language="es")
    assert (other.name, other.language, other.status) == ("lembrete_amanha", "es", "draft")


def test_the_headers_file_is_handed_over_first(
    number: Number, by: Any, account: Account, picture: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "reading", lambda media: iter([b"x" * 1000]))
    form = {**GOOD, "header": "image", "header_media": str(picture.public_id)}
    with inside(number.salon_id):
        template = actions.create(from_form(form), waba_id=number.waba_id, by=by)
        assert Media.objects.get().used_at is not None
    submit(template, number, by)
    assert [name for name, _what in account.calls] == ["upload", "create"]
    assert account.calls[0][1] == ("salon.png", "image/png", 1000)
    header = account.calls[1][1]["components"][0]
    assert header == {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::handle"]}}


def test_a_file_that_is_gone_is_asked_for_again(number: Number, by: Any, account: Account, picture: Media) -> None:
    form = {**GOOD, "header": "image", "header_media": str(picture.public_id)}
    with inside(number.salon_id):
        template = actions.create(from_form(form), waba_id=number.waba_id, by=by)
        actions.submit(template, by=by)
        Media.objects.update(state="gone")
    errands.work()
    assert [where for where, _words in refused(now(template, number))] == ["header_media"]
