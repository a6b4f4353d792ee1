"""Settings of the live_dealer fragment; everything that differs between places comes from the environment."""

from __future__ import annotations

from pathlib import Path

from fragment_kit.serving import env
from fragment_kit.serving.database import database
from fragment_kit.serving.logs import logging_config

HERE = Path(__file__).resolve().parent
FRAGMENT_MANIFEST = HERE / "manifest.toml"

DEBUG = env.boolean("DEBUG", default=True)
SECRET_KEY = env.secret("SECRET_KEY", development="live-dealer-development-only", is_debug=DEBUG)
ALLOWED_HOSTS = list(env.items("ALLOWED_HOSTS", default=("*",) if DEBUG else ()))
PASSPORT_PUBLIC_KEYS = env.passport_keys(is_debug=DEBUG)

PROVIDER_URL = env.url("PROVIDER_URL", default="http://127.0.0.1:8200")
FEEDS = {"tables": f"{PROVIDER_URL}/feeds/tables"}

REDIS_URL = env.url("REDIS_URL", default="redis://127.0.0.1:6379/0", schemes=("redis", "rediss", "unix"))

VAR = env.var_dir(HERE.parents[1])
DATABASES = database("live_dealer", var_dir=VAR)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOT_URLCONF = "fragments.live_dealer.urls"
INSTALLED_APPS = ["django.contrib.staticfiles", "fragment_kit.serving", "fragments.live_dealer"]
MIDDLEWARE: list[str] = []
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
STATIC_URL = "/static/"

USE_TZ = True
TIME_ZONE = "UTC"
LOGGING = logging_config("live_dealer", is_debug=DEBUG)
