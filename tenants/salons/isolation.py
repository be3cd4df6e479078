"""What keeps salons apart, looked at before anything is served: a server that finds one rule broken does not start.

`broken` needs no database; `broken_in_database` asks the catalog, for `manage.py doctor` and a server's start.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import psycopg
from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.backends.signals import connection_created

from config.env import env
from ops.salon import install_guard

TAG: Final = "isolation"
ROUTER: Final = "django_tenants.routers.TenantSyncRouter"
ENGINE: Final = "django_tenants.postgresql_backend"
# In this order, from the outside: what is said of every answer, whose host it is, whose session, which member.
DOORS: Final = (
    "portal.frame.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tenants.salons.middleware.SalonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.access.middleware.MemberMiddleware",
)
CONNECT_TIMEOUT_S: Final = 3
# Every migration is noted on both sides.
ON_BOTH_SIDES: Final = frozenset({"django_migrations"})

_SHADOWED: Final = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname ~ '^salon_[0-9]+$' AND c.relname <> ALL(%s) AND EXISTS (
        SELECT FROM pg_class p WHERE p.relname = c.relname AND p.relkind IN ('r', 'p', 'v')
        AND p.relnamespace = 'public'::regnamespace)
    ORDER BY 1, 2 LIMIT 5"""
# What a trigger runs would otherwise look its tables up by whoever happens to be connected.
_LOOSE: Final = """
    SELECT DISTINCT n.nspname, p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE NOT t.tgisinternal AND (n.nspname = 'public' OR n.nspname ~ '^salon_[0-9]+$') AND NOT EXISTS (
        SELECT FROM unnest(p.proconfig) AS one WHERE one LIKE 'search_path=%%')
    ORDER BY 1, 2 LIMIT 5"""
_CROSSING: Final = """
    SELECT n.nspname, k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_class f ON f.oid = k.confrelid
    WHERE k.contype = 'f' AND n.nspname ~ '^salon_[0-9]+$' AND f.relnamespace <> c.relnamespace
    ORDER BY 1, 2 LIMIT 5"""


def broken() -> Iterator[str]:
    """Each rule that the configuration breaks."""
    yield from _sides()
    yield from _connection()
    yield from _cookies()
    yield from _doors()


def broken_in_database(cursor: Any) -> Iterator[str]:
    """Each rule that the database breaks; `cursor` is one of it, on the public side."""
    asked: tuple[tuple[str, list[Any], str], ...] = (
        (_SHADOWED, [sorted(ON_BOTH_SIDES)], "{1} is a table of {0} and of public: the one hides the other"),
        (_LOOSE, [], "the trigger function {0}.{1} does not pin its search_path"),
        (_CROSSING, [], "{1} of {0} points into another schema"),
    )
    for sql, values, words in asked:
        cursor.execute(sql, values)
        yield from (words.format(*row) for row in cursor.fetchall())


def check(**_: Any) -> list[checks.CheckMessage]:
    """The system check of the configuration."""
    return [checks.Error(f"Salons are not kept apart: {what}.", id="isolation.E001") for what in broken()]


def check_database(databases: Any = None, **_: Any) -> list[checks.CheckMessage]:
    """The system check of the database, where databases are checked at all."""
    if not databases:
        return []
    with connection.cursor() as cursor:
        found = list(broken_in_database(cursor))
    return [checks.Error(f"Salons are not kept apart: {what}.", id="isolation.E002") for what in found]


def refuse_unsafe() -> None:
    """Called where a server starts. Raises SystemCheckError. A database that is away is no reason not to start."""
    found = list(broken())
    # A connection of its own: a server starts within its loop, where Django's may not be used.
    with (
        suppress(psycopg.OperationalError),
        psycopg.connect(env.database_url, connect_timeout=CONNECT_TIMEOUT_S, autocommit=True) as own,
    ):
        found += broken_in_database(own.cursor())
    if found:
        raise SystemCheckError("\n".join(f"Salons are not kept apart: {what}." for what in found))


def _sides() -> Iterator[str]:
    if both := set(settings.SHARED_APPS) & set(settings.TENANT_APPS):
        yield f"{', '.join(sorted(both))} stands on both sides"
    salon_side = set(settings.TENANT_APPS)
    tables: dict[bool, set[str]] = {True: set(), False: set()}
    for config in apps.get_app_configs():
        for model in config.get_models(include_auto_created=True):
            tables[config.name in salon_side].add(model._meta.db_table)
    if both := tables[True] & tables[False]:
        yield f"the table {', '.join(sorted(both))} is on both sides"


def _connection() -> Iterator[str]:
    if settings.DATABASE_ROUTERS[:1] != [ROUTER]:
        yield f"DATABASE_ROUTERS does not begin with {ROUTER}"
    for name, database in settings.DATABASES.items():
        if database["ENGINE"] != ENGINE:
            yield f"the database {name} does not follow salons: ENGINE must be {ENGINE}"
        if database["OPTIONS"].get("prepare_threshold", 5) is not None:
            yield f"the database {name} prepares statements, which are planned for one salon's tables"
    if not any(_is_fence(receiver[1]) for receiver in connection_created.receivers):
        yield "no new connection gets the fence of ops.salon"
    for name, cache in settings.CACHES.items():
        if cache.get("KEY_FUNCTION") != "ops.cache.key":
            yield f"the cache {name} has keys without the salon"


def _is_fence(receiver: Any) -> bool:
    # Django keeps weak references.
    return receiver is install_guard or (callable(receiver) and receiver() is install_guard)


def _cookies() -> Iterator[str]:
    for name in ("SESSION", "CSRF", "LANGUAGE"):
        if not getattr(settings, f"{name}_COOKIE_NAME").startswith("__Host-"):
            yield f"the cookie {name}_COOKIE_NAME may reach other hosts: its name must begin with __Host-"
        if not getattr(settings, f"{name}_COOKIE_SECURE"):
            yield f"{name}_COOKIE_SECURE is off"
        if getattr(settings, f"{name}_COOKIE_DOMAIN", None) or getattr(settings, f"{name}_COOKIE_PATH", "/") != "/":
            yield f"the cookie of {name} is not of one host"
    if not (settings.SESSION_COOKIE_HTTPONLY and settings.CSRF_COOKIE_HTTPONLY):
        yield "scripts may read the session's cookie"


def _doors() -> Iterator[str]:
    found = [settings.MIDDLEWARE.index(one) if one in settings.MIDDLEWARE else -1 for one in DOORS]
    if -1 in found or found != sorted(found):
        yield f"MIDDLEWARE has not, or not in this order: {', '.join(DOORS)}"
    if settings.DEBUG:
        yield "DEBUG is on: error pages show what is inside"
    if "*" in settings.ALLOWED_HOSTS:
        yield "ALLOWED_HOSTS takes any host"
    if not env.demo and settings.SECURE_HSTS_SECONDS < 180 * 24 * 3600:
        yield "SECURE_HSTS_SECONDS is below half a year"
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    for name in ("default-src", "script-src", "style-src"):
        if {"'unsafe-inline'", "'unsafe-eval'", "*"} & set(map(str, policy[name])):
            yield f"the policy of {name} lets scripts or styles in"
    if list(policy["frame-ancestors"]) != ["'none'"] or settings.X_FRAME_OPTIONS != "DENY":
        yield "pages may be framed"
