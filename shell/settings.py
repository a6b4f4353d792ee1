"""Every setting of the shell, read once from the environment; a value that cannot be used stops the start."""

from __future__ import annotations

from pathlib import Path

from fragment_kit.serving import env
from fragment_kit.serving.database import database
from fragment_kit.serving.logs import logging_config
from shell import security

BASE = Path(__file__).resolve().parent
ROOT = BASE.parent
VAR_DIR = env.var_dir(ROOT)

DEBUG = env.boolean("DEBUG", default=True)
SECRET_KEY = env.secret("SECRET_KEY", development="croupier-shell-development-only", is_debug=DEBUG)
ALLOWED_HOSTS = list(env.items("ALLOWED_HOSTS", default=("localhost", "127.0.0.1", "[::1]") if DEBUG else ()))
# Only needed behind a TLS proxy that changes the scheme: `https://play.example`.
CSRF_TRUSTED_ORIGINS = list(env.items("TRUSTED_ORIGINS"))
REDIS_URL = env.url("REDIS_URL", default="redis://127.0.0.1:6379/0", schemes=("redis", "rediss", "unix"))
FRAGMENTS_FILE = Path(env.text("FRAGMENTS_FILE", default=str(BASE / "fragments.toml")))
PASSPORT_PRIVATE_KEY = env.secret("PASSPORT_PRIVATE_KEY", development="", is_debug=DEBUG)
# How long the panels of a page may hold back what comes after them, all together.
INLINE_BUDGET_MS = env.integer("INLINE_BUDGET_MS", default=150, high=4_000)
# Only behind an edge that replaces `Surrogate-Capability` itself: whoever sends it gets pages with includes for panels.
EDGE_SPEAKS_ESI = env.boolean("EDGE_SPEAKS_ESI", default=False)
FAULTS_ENABLED = env.boolean("FAULTS_ENABLED", default=DEBUG)

ROOT_URLCONF = "shell.urls"
ASGI_APPLICATION = "shell.asgi.application"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "django_htmx",
    "servestatic",
    "shell.players",
    "shell.composition",
    "shell",
]
# Each of these runs on the event loop itself; a synchronous one would cost two thread hops a request.
MIDDLEWARE = [
    "shell.security.SecurityHeaders",
    "shell.static_files.StaticFiles",
    "shell.security.ContentPolicy",
    "shell.players.middleware.PlayerMiddleware",
    "shell.security.FormGuard",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates", *sorted(BASE.glob("*/templates"))],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "shell.context.shell",
            ]
        },
    }
]
DATABASES = database("shell", var_dir=VAR_DIR)
LOGGING = logging_config("shell", is_debug=DEBUG)

# A session lives in Redis under the name `session:<key>` and ends twelve hours after sign-in, used or not.
SESSION_ENGINE = "shell.players.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_NAME = "session" if DEBUG else "__Host-session"
CSRF_FAILURE_VIEW = "shell.refusals.form_refused"
CSRF_COOKIE_NAME = "csrftoken" if DEBUG else "__Host-csrf"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
LOGIN_URL = "/signin"
# Seats that a developer takes with one click; in production they neither exist nor show.
DEMO_PLAYERS = (("ana", "Ana"), ("ben", "Ben"), ("chi", "Chi")) if DEBUG else ()
DEMO_PASSWORD = "croupier" if DEBUG else ""

CONTENT_SECURITY_POLICY = {"DIRECTIVES": security.CONTENT_POLICY}
SECURE_HSTS_SECONDS = 0 if DEBUG else 365 * 24 * 60 * 60
SECURE_PROXY_SSL_HEADER = None if DEBUG else ("HTTP_X_FORWARDED_PROTO", "https")
# Django looks for its own middleware by name (W001 W002 W003); ours subclass or replace them on the event loop.
# W008: the TLS proxy in front redirects; W005 W021: subdomains and the preload list are the operator's own choice.
SILENCED_SYSTEM_CHECKS = [f"security.W{number:03}" for number in (1, 2, 3, 5, 8, 21)]

STATIC_URL = "/static/"
STATICFILES_DIRS = [path for path in [ROOT / "static"] if path.is_dir()]
# Files are found where they lie and indexed at start, so no collectstatic step stands between checkout and service.
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_ALLOW_ALL_ORIGINS = False

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
