"""Forms are pages of a salon."""

from collections.abc import Iterator

import pytest
from django.urls import set_urlconf
from django.utils import translation


@pytest.fixture(autouse=True)
def on_a_salons_host() -> Iterator[None]:
    """Their addresses are those of a salon's host; words are English, which no catalogue changes."""
    set_urlconf("config.urls_salon")
    with translation.override("en"):
        yield
    set_urlconf(None)
