"""Settings of the lobby fragment; everything that differs between places comes from the environment."""

from __future__ import annotations

from pathlib import Path

from fragment_kit.serving import env
from fragment_kit.serving.database import database
from fragment_kit.serving.logs import logging_config

HERE = Path(__file__).resolve().parent
FRAGMENT_MANIFEST = HERE / "manifest.toml"

DEBUG = env.boolean("DEBUG", default=True)
SECRET_KEY = env.secret("SECRET_KEY", development="lobby-development-only", is_debug=DEBUG)
ALLOWED_HOSTS = list(env.items("ALLOWED_HOSTS", default=("*",) if DEBUG else ()))
PASSPORT_PUBLIC_KEYS = env.passport_keys(is_debug=DEBUG)

PROVIDER_URL = env.url("PROVIDER_URL", default="http://127.0.0.1:8200")
FEEDS = {"catalogue": f"{PROVIDER_URL}/feeds/catalogue"}
WALLET_URL = env.url("WALLET_URL", default="http://127.0.0.1:8101")  # its event log, for what the stream has lost
REDIS_URL = env.url("REDIS_URL", default="redis://127.0.0.1:6379/0", schemes=("redis", "rediss", "unix"))

# Players who agreed to be shown by name: in development those that the simulator plays, who exist to be seen.
BOTS = "mira,tove,ilan,noor,juno,piet,sana,luca,edda,kofi,yuki,rafa"
BOARD_NICKNAMES = frozenset(env.items("BOARD_NICKNAMES", default=tuple(BOTS.split(",")) if DEBUG else ()))

VAR = env.var_dir(HERE.parents[1])
DATABASES = database("lobby", var_dir=VAR)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOT_URLCONF = "fragments.lobby.urls"
INSTALLED_APPS = ["django.contrib.staticfiles", "fragment_kit.serving", "fragment_kit.events", "fragments.lobby"]
MIDDLEWARE: list[str] = []
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
STATIC_URL = "/static/"

USE_TZ = True
TIME_ZONE = "UTC"
LOGGING = logging_config("lobby", is_debug=DEBUG)
