"""Flows are tested in English: the words that stand in the code, whatever the catalogues make of them."""

from collections.abc import Iterator

import pytest
from django.test import override_settings
from django.utils import translation


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Pages for people without a language of their own, and what is worked out outside of a page."""
    with override_settings(LANGUAGE_CODE="en"), translation.override("en"):
        yield
