"""The side menu, and the index of settings. Each app that has a page says so in a `navigation.py` of its own:

    ENTRIES = [Entry(_("Inbox"), "inbox:list", "inbox", Permission.INBOX_SEE, order=20)]
    SETTINGS = [Setting(_("Numbers"), _("The WhatsApp numbers of the salon"), "phone", "numbers:list",
                        Permission.NUMBERS_SEE, order=10)]

Either may be missing. An entry whose page does not exist is not written, so there is no dead one to hide.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from django.apps import apps
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule

# Whether somebody was given what a permission means on a thing of some kind.
Given = Callable[[str, str], bool]

MOST_ENTRIES = 7
# By its sign: an index of nothing is not offered.
SETTINGS_ICON = "settings"
ON_PHONES = 4


@dataclass(frozen=True)
class Entry:
    """One page of the menu; `label` is translated when shown, `order` decides the place (home is 10)."""

    label: str | Promise
    url_name: str
    icon: str
    permission: str
    order: int
    shared: str = ""
    """A kind of things that may be given to people one by one: whoever was given any finds the page too."""


@dataclass(frozen=True)
class Setting:
    """One page below "Settings", with a sentence on what is done there."""

    title: str | Promise
    text: str | Promise
    icon: str
    url_name: str
    permission: str
    order: int
    shared: str = ""

    @property
    def url(self) -> str:
        """Its address."""
        return reverse(self.url_name)


class Link(NamedTuple):
    """An entry as the page shows it."""

    label: str
    url: str
    icon: str
    is_here: bool


@cache
def entries() -> tuple[Entry, ...]:
    """What all apps put into the menu, in order."""
    return tuple(sorted(_declared("ENTRIES"), key=lambda entry: entry.order))


@cache
def all_settings() -> tuple[Setting, ...]:
    """What all apps put below "Settings", in order."""
    return tuple(sorted(_declared("SETTINGS"), key=lambda setting: setting.order))


def settings_for(may: Callable[[str], bool], given: Given | None = None) -> list[Setting]:
    """The pages below "Settings" that this person may open; `given` to them, too."""
    return [setting for setting in all_settings() if _opens(setting, may, given)]


def links(path: str, *, may: Callable[[str], bool], given: Given | None = None) -> list[Link]:
    """The entries this person may open, the one they are on marked."""
    with_settings = any(_opens(setting, may, given) for setting in all_settings())
    open_to_them = [entry for entry in entries() if _opens(entry, may, given)]
    shown = [(entry, reverse(entry.url_name)) for entry in open_to_them if with_settings or entry.icon != SETTINGS_ICON]
    # The longest address that fits wins, so that "/" is not "here" everywhere.
    here = max((url for _, url in shown if path.startswith(url) and (url != "/" or path == "/")), key=len, default=None)
    return [Link(str(entry.label), url, entry.icon, url == here) for entry, url in shown][:MOST_ENTRIES]


def _opens(page: Entry | Setting, may: Callable[[str], bool], given: Given | None) -> bool:
    return may(page.permission) or bool(page.shared and given and given(page.shared, page.permission))


def _declared(name: str) -> list[Any]:
    found: list[Any] = []
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, "navigation") and app.name != "portal.frame":
            found += getattr(import_module(f"{app.name}.navigation"), name, [])
    return found
