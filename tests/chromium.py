"""Which Chromium the tests drive."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from playwright.sync_api import Browser, sync_playwright

# Without a window the small one does the same pages with a third of the work.
NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def found() -> str | None:
    """The program, if there is one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A browser; without one the test is skipped, or fails where CI=true.

    While it is open, Playwright runs an event loop in the thread of all tests.
    """
    program = found()
    if program is None:
        why = "there is no Chromium (sudo apt-get install chromium-headless-shell)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(why)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
