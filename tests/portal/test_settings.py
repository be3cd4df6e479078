"""The settings' index shows the pages that a person may open (WA-011, UX-001)."""

import pytest
from django.conf import settings
from django.urls import reverse

from portal.frame import navigation
from portal.frame.navigation import MOST_ENTRIES, Setting, all_settings, links, settings_for
from tests.world import Browser


def test_every_entry_leads_somewhere() -> None:
    assert all(reverse(setting.url_name, urlconf=settings.SALON_URLCONF) for setting in all_settings())


def test_the_owner_finds_settings_in_the_menu(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    somewhere = Setting("A thing", "What it does", "settings", "home", "home.see", order=1)
    monkeypatch.setattr(navigation, "all_settings", lambda: (somewhere,))
    assert 'href="/settings/"' in alice.get_page("/")
    page = alice.get_page("/settings/")
    assert "What it does" in page


def test_who_may_set_nothing_is_offered_nothing(vera: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    somewhere = Setting("A thing", "What it does", "settings", "home", "members.manage", order=1)
    monkeypatch.setattr(navigation, "all_settings", lambda: (somewhere,))
    assert 'href="/settings/"' not in vera.get_page("/")
    assert "What it does" not in vera.get_page("/settings/")


def test_the_menu_has_no_more_than_seven_entries() -> None:
    assert len(navigation.entries()) <= MOST_ENTRIES
    assert not links("/", may=lambda permission: False)
    assert not settings_for(lambda permission: False)
