"""TN-001: a server with a broken rule of isolation does not start; each rule is broken here once."""

from typing import Any

import pytest
from django.core import checks
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.backends.signals import connection_created

from config.env import env
from ops.salon import schema_of
from tenants.salons import isolation
from tests.world import Salons

BROKEN: dict[str, tuple[str, Any]] = {
    "does not begin with": ("DATABASE_ROUTERS", []),
    "keys without the salon": ("CACHES", {"default": {"BACKEND": "x"}}),
    "SESSION_COOKIE_NAME may reach": ("SESSION_COOKIE_NAME", "session"),
    "CSRF_COOKIE_SECURE is off": ("CSRF_COOKIE_SECURE", False),
    "is not of one host": ("SESSION_COOKIE_DOMAIN", ".cadeira.localhost"),
    "read the session's cookie": ("SESSION_COOKIE_HTTPONLY", False),
    "MIDDLEWARE has not": ("MIDDLEWARE", list(reversed(isolation.DOORS))),
    "DEBUG is on": ("DEBUG", True),
    "takes any host": ("ALLOWED_HOSTS", ["*"]),
    "may be framed": ("X_FRAME_OPTIONS", "SAMEORIGIN"),
    "lets scripts or styles in": (
        "CONTENT_SECURITY_POLICY",
        {"DIRECTIVES": {"default-src": ["*"], "script-src": [], "style-src": [], "frame-ancestors": ["'none'"]}},
    ),
}


LOOSE = """CREATE FUNCTION {0}.loose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER loose BEFORE INSERT ON {0}.contact FOR EACH ROW EXECUTE FUNCTION {0}.loose()"""
CROSSING = "ALTER TABLE {0}.contact ADD COLUMN elsewhere bigint REFERENCES public.salon (id)"


@pytest.fixture(autouse=True)
def _in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo may do without TLS."""
    monkeypatch.setattr(env, "demo", True)


def test_as_it_is_nothing_is_broken(salons: Salons, db: None) -> None:
    assert list(isolation.broken()) == []
    assert checks.run_checks(tags=[isolation.TAG], databases=["default"]) == []
    isolation.refuse_unsafe()


@pytest.mark.parametrize("words", BROKEN)
def test_a_broken_setting_is_found(settings: Any, words: str) -> None:
    name, value = BROKEN[words]
    setattr(settings, name, value)
    assert any(words in found for found in isolation.broken())
    with pytest.raises(SystemCheckError, match="not kept apart"):
        isolation.refuse_unsafe()


def test_a_database_that_does_not_follow_salons_is_found(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    assert any("follow salons" in found for found in isolation.broken())


def test_an_app_on_both_sides_is_found(settings: Any) -> None:
    settings.TENANT_APPS = [*settings.TENANT_APPS, "tenants.salons"]
    assert any("stands on both sides" in found for found in isolation.broken())


def test_a_missing_fence_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_created, "receivers", [])
    assert any("fence" in found for found in isolation.broken())


def test_without_the_demo_tls_is_asked_for(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(env, "demo", False)
    settings.SECURE_HSTS_SECONDS = 0
    assert any("SECURE_HSTS_SECONDS" in found for found in isolation.broken())


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("CREATE TABLE public.contact (id int)", "contact is a table of"),
        (LOOSE, "loose does not pin"),
        (CROSSING, "points into another schema"),
    ],
)  # fmt: skip
def test_a_broken_database_is_found(salons: Salons, db: None, sql: str, words: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(schema_of(salons.aurora.pk)))
        assert any(words in found for found in isolation.broken_in_database(cursor))
