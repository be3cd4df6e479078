"""dj-stripe notes the account of a key beside the key itself. Ours stands in the configuration alone (I26): its column
keeps a keyed fingerprint, and whoever reads it gets the configuration's key.
"""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.db import models
from djstripe.models import APIKey, WebhookEndpoint

_MARK = "fp_"


def of(key: str) -> str:
    """The same for the same key and installation; nothing leads back from it."""
    mac = hmac.new(b"stripe-key:" + settings.SECRET_KEY.encode(), key.encode(), hashlib.sha256)
    return _MARK + mac.hexdigest()


class FingerprintField(models.CharField):  # type: ignore[type-arg]
    """A column of fingerprints where dj-stripe has one of keys."""

    def deconstruct(self) -> Any:
        """For migrations it is a plain text."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def get_prep_value(self, value: Any) -> Any:
        """To the database, in rows and in conditions."""
        return value if not value or str(value).startswith(_MARK) else of(str(value))

    def from_db_value(self, value: Any, *_: Any) -> Any:
        """From the database."""
        return settings.STRIPE_SECRET_KEY if value else value


class EmptyField(models.CharField):  # type: ignore[type-arg]
    """A column that stays empty: dj-stripe's of webhook endpoints, which we have none of."""

    def deconstruct(self) -> Any:
        """For migrations it is a plain text."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def get_prep_value(self, value: Any) -> Any:
        """To the database."""
        return ""


def keep_no_key() -> None:
    """Let dj-stripe's columns be such."""
    for model, kind in ((APIKey, FingerprintField), (WebhookEndpoint, EmptyField)):
        field: Any = model._meta.get_field("secret")
        field.__class__ = kind
