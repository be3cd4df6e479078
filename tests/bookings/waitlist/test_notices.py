"""BK-004, FR-WA-004: the texts of notices are such that Meta takes them, in every language."""

import pytest

from channels_wa.message_templates import actions
from channels_wa.message_templates.drafts import Draft
from channels_wa.message_templates.queries import accounts
from crm.bookings.notices import templates
from crm.bookings.reminders.words import LANGUAGES
from ops.salon import inside
from tests.world import Salons

NAMES = [name for name, notice in templates.texts("pt").items() if isinstance(notice, dict) and "text" in notice]


@pytest.mark.parametrize("language", LANGUAGES)
def test_meta_finds_nothing(salons: Salons, db: None, language: str) -> None:
    """Nor that a notice of the salon sounds like an offer for sale."""
    assert len(NAMES) == 5
    with inside(salons.aurora.pk):
        (waba_id, *_others) = accounts()
        for name in NAMES:
            notice = templates.texts(language)[name]
            components = [
                {"type": "BODY", "text": notice["text"], "example": {"body_text": [notice["samples"]]}},
                *templates.buttons_of(notice),
            ]
            draft = Draft(name, templates.texts(language)["code"], components=components)
            assert [str(one) for one in actions.lint(draft, waba_id=waba_id)] == []
