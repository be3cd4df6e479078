"""TN-008, I26: what is secret is sealed or hashed where it lies, and stands in no repr."""

import ast
import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django.test import RequestFactory

from config.env import env
from tenants.accounts.models import User
from tests.guards import walk

SECRET = re.compile(r"(^|_)(token|secret|password|pin|api_key|session_key|credential|totp)s?$")
# Named so, and not one: numbers of waits, of the engine.
NO_SECRETS = {"parent_token", "has_pin"}
# The framework's own: a password is hashed by Django.
FRAMEWORKS = {"accounts.User.password"}
# dj-stripe's, which keep a fingerprint and nothing (billing.gateways.stripe.fingerprint; tests/billing/stripe).
FRAMEWORKS |= {"djstripe.APIKey.secret", "djstripe.WebhookEndpoint.secret"}
OURS = [model for model in apps.get_models() if model.__module__.startswith(walk.PRODUCT)]


def test_what_is_secret_is_sealed_or_hashed() -> None:
    """TN-008: no column that is named like a secret holds one as it is."""
    readable = []
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            is_text = isinstance(column, models.CharField | models.TextField | models.JSONField)
            if is_text and SECRET.search(column.name) and column.name not in NO_SECRETS:
                readable.append(f"{model._meta.app_label}.{model.__name__}.{column.name}")
    assert set(readable) <= FRAMEWORKS


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_what_is_sealed_or_hashed_is_on_no_operators_page(model: type[models.Model]) -> None:
    """TN-008: nor where only its ciphertext would show."""
    page = admin.site._registry.get(model)
    if page is None:
        return
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_staff=True)
    shown = {*map(str, page.get_list_display(request)), *map(str, page.get_readonly_fields(request))}
    fields = page.fields or [one.name for one in model._meta.fields if one.editable]
    shown |= {str(name) for name in flatten_fieldsets([(None, {"fields": fields})])} - set(page.exclude or ())
    assert not {
        name for name in shown if (name.startswith("sealed") and not name.endswith("_at")) or name.endswith("_hash")
    }


def test_no_repr_holds_a_secret() -> None:
    """I26: tracebacks and log lines show what things look like."""
    shown = [
        f"{walk.place(file, part.lineno)} {kind.name}.{part.target.id}"
        for file in walk.files(*walk.PRODUCT)
        for kind in ast.walk(walk.tree(file))
        if isinstance(kind, ast.ClassDef) and any("dataclass" in ast.unparse(one) for one in kind.decorator_list)
        for part in kind.body
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
        if SECRET.search(part.target.id)
        and part.target.id not in NO_SECRETS
        and not re.search(r"int|float", ast.unparse(part.annotation))
        if not part.target.id.startswith("sealed") and "repr=False" not in ast.unparse(part)
    ]
    assert shown == []
    assert env.secret_key not in repr(env) + str(env) + f"{env}"
