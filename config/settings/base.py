"""What Django needs to know; values come from config.env."""

from pathlib import Path
from typing import Any

from csp.constants import NONCE, SELF
from django.utils.translation import gettext_lazy as _

from config.doors import *  # noqa: F403
from config.env import ROOT, env
from config.lists import *  # noqa: F403
from config.settings.accounts import *  # noqa: F403
from config.settings.database import database
from config.settings.gateways import gateway_pages
from config.settings.mail import mail

BASE_DIR: Path = ROOT
SECRET_KEY = env.secret_key
SECRET_KEY_FALLBACKS = env.secret_key_fallbacks
DEBUG = False
ALLOWED_HOSTS = [*env.allowed_hosts, env.public_hostname, f".{env.public_hostname}", ".localhost", "127.0.0.1"]

SHARED_APPS = [
    "django.contrib.admin",  # before django_tenants, whose admin page has an inline style, which the CSP forbids
    "django_tenants",
    "tenants.salons",
    "tenants.accounts",
    "tenants.access",
    "tenants.operators",
    "tenants.audit.sealing",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_celery_beat",
    "django_prometheus",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "ops",
    "ops.clock",
    "ops.timers",
    "ops.ledger",
    "ops.eventqueue",
    "portal.frame",
    "portal.pages",
    "billing.plans",
    "billing.subscriptions",
    "billing.metering",
    "billing.quotas",
    "billing.costs",
    "billing.pages",
    "djstripe",
    "billing.gateways.stripe",
    "flows.gallery",
    "channels_wa.numbers",
    "channels_wa.gate",
    "channels_wa.inbound",
    "channels_wa.outbox",
]
TENANT_APPS = [
    "ops.events",
    "tenants.members",
    "tenants.audit",
    "tenants.sharing",
    "tenants.privacy",
    "tenants.alerts",
    "billing.payment_links",
    "channels_wa.messages",
    "channels_wa.media",
    "channels_wa.message_templates",
    "channels_wa.watchdog",
    "crm.contacts",
    "crm.consent",
    "crm.inbox",
    "crm.sending",
    "crm.deals",
    "crm.bookings",
    "flows",
    "api",
]
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS]
TENANT_MODEL = "salons.Salon"
TENANT_DOMAIN_MODEL = "salons.Domain"
TENANT_LIMIT_SET_CALLS = True
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
DATABASES = {"default": database(env.database_url, pool=env.database_pool)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

ROOT_URLCONF = "config.urls_public"
SALON_URLCONF = "config.urls_salon"
ASGI_APPLICATION = "config.asgi.application"
MIDDLEWARE = [
    "ops.http.TraceMiddleware",
    # These four first: an unknown host, a static file and an error are answers too.
    "portal.frame.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ops.ledger.opening.OpeningMiddleware",
    "portal.frame.static_files.StaticFiles",
    # Safe against BREACH: the token of a form is masked anew in each page, and Django adds bytes of random length.
    "django.middleware.gzip.GZipMiddleware",
    "tenants.salons.middleware.SalonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.access.middleware.MemberMiddleware",
    "tenants.audit.middleware.ActingMiddleware",
    "tenants.accounts.middleware.LogInMiddleware",
    "crm.inbox.masking.MaskingMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tenants.operators.middleware.SupportMiddleware",
    "billing.subscriptions.middleware.PlanMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "portal.frame.context.frame",
                "tenants.alerts.context.alerts",
                "billing.pages.context.billing",
            ],
        },
    }
]

# A cookie with the __Host- prefix belongs to one host only: a salon's page never sees another salon's session.
SESSION_ENGINE = "tenants.accounts.keeping"
SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.frame.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 0 if env.demo else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = not env.demo
SECURE_PROXY_SSL_HEADER = None if env.demo else ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
# The hand-over of a login is a redirect behind a form, which form-action also judges.
_SALON_HOSTS = f"{'http' if env.demo else 'https'}://*.{env.public_host}"
# And so is the way to a page of the gateway's own, where one pays (billing.pages.gateways).
GATEWAY_PAGES = gateway_pages(env.billing_gateway)
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": [
            SELF,
            _SALON_HOSTS,
            f"{'http' if env.demo else 'https'}://{env.public_host}",
            *GATEWAY_PAGES,
        ],
    }
}

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/accounts/salons/"
EMAIL_BACKEND = "tenants.accounts.mail.DemoBackend" if env.demo else "django.core.mail.backends.smtp.EmailBackend"
globals().update(mail(env.email_url))
DEFAULT_FROM_EMAIL = f"Cadeira <no-reply@{env.public_hostname}>"

MESSAGE_STORAGE = "portal.frame.message_cookie.Storage"

LANGUAGE_CODE = "pt-br"
LANGUAGES = [("pt-br", _("Português (Brasil)")), ("en", _("English")), ("es", _("Español"))]
LANGUAGE_COOKIE_NAME = "__Host-language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = True
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
# A thousand marked contacts, and what to do with them.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_100
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.state_dir / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if env.demo
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# The demo serves the folder as it is; production collects hashed names at build time.
WHITENOISE_USE_FINDERS = env.demo
WHITENOISE_AUTOREFRESH = env.demo

CACHES = {
    "default": {
        "BACKEND": "ops.cache.Cache",
        "LOCATION": env.redis_url,
        "KEY_FUNCTION": "ops.cache.key",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [env.redis_url], "prefix": "live"},
    }
}

CELERY_BROKER_URL = env.redis_url
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A Valkey that refuses (read-only after a fail-over) is one that is away: a worker must not end over it (I7).
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
# A bell that cannot be rung at once is not worth waiting for: the poll does the work.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 1, "visibility_timeout": 60}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "background"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TIMEZONE = "UTC"
DJANGO_CELERY_BEAT_TZ_AWARE = True

PROMETHEUS_EXPORT_MIGRATIONS = False

# dj-stripe keeps what Stripe says on the public side. Its own migrations would be replayed as nothing for every salon.
MIGRATION_MODULES = {"djstripe": "billing.gateways.stripe.library.migrations"}
STRIPE_SECRET_KEY = env.stripe_secret_key
STRIPE_LIVE_MODE = env.stripe_is_live
STRIPE_API_VERSION = "2026-08-26.dahlia"
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
# Whose a customer is we know by billing.gateways.stripe.models; what stands in Stripe's metadata links nobody.
DJSTRIPE_SUBSCRIBER_CUSTOMER_KEY = None
DJSTRIPE_WEBHOOK_VALIDATION = "retrieve_event"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.ApiKeyAuthentication",
        "api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["api.permissions.MemberMay"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.CursorPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.errors.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Cadeira API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": ["api.schema.add_problems"],
}

LOGGING_CONFIG = "ops.logs.configure"
LOGGING = {"level": env.log_level}
