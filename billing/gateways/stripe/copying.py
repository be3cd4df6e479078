"""dj-stripe's copies of what we have just written, so that a page shows it before the event comes."""

import logging
from typing import Any

log = logging.getLogger(__name__)


def copy(model: Any, answer: Any) -> None:
    """Keep an answer of Stripe's as a row. That it fails is no reason to fail: the event brings it too."""
    try:
        model.sync_from_stripe_data(answer)
    except Exception:
        log.exception("%s of Stripe's could not be copied", model.__name__)
