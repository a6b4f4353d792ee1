"""Settings of the wallet fragment; everything that differs between places comes from the environment."""

from __future__ import annotations

from pathlib import Path

from fragment_kit.contract.errors import SettingRefused
from fragment_kit.serving import env
from fragment_kit.serving.database import database
from fragment_kit.serving.logs import logging_config
from fragments.wallet.care.windows import house_zone

HERE = Path(__file__).resolve().parent
FRAGMENT_MANIFEST = HERE / "manifest.toml"

DEBUG = env.boolean("DEBUG", default=True)
SECRET_KEY = env.secret("SECRET_KEY", development="wallet-development-only", is_debug=DEBUG)
ALLOWED_HOSTS = list(env.items("ALLOWED_HOSTS", default=("*",) if DEBUG else ()))
PASSPORT_PUBLIC_KEYS = env.passport_keys(is_debug=DEBUG)

PROVIDER_URL = env.url("PROVIDER_URL", default="http://127.0.0.1:8200")
FEEDS = {"payments": f"{PROVIDER_URL}/feeds/payments"}
REDIS_URL = env.url("REDIS_URL", default="redis://127.0.0.1:6379/0", schemes=("redis", "rediss", "unix"))

# Game providers that may move money, each with the secret its calls are signed with.
PROVIDER_SECRETS = env.pairs("PROVIDER_SECRETS", default="simulator=demo-secret" if DEBUG else "")
if not PROVIDER_SECRETS:
    raise SettingRefused("PROVIDER_SECRETS is not set. With DEBUG=0 it must be: set PROVIDER_SECRETS=<name>=<secret>.")
# The house's own services that may give bonuses and prizes, under names that no provider has.
HOUSE_SECRETS = env.pairs("HOUSE_SECRETS", default="promotions=demo-secret,tournaments=demo-secret" if DEBUG else "")
if both := sorted(set(PROVIDER_SECRETS) & set(HOUSE_SECRETS)):
    raise SettingRefused(f"HOUSE_SECRETS names {both[0]!r}, which PROVIDER_SECRETS has too; give it one of the roles.")
if "wallet" in {*PROVIDER_SECRETS, *HOUSE_SECRETS}:
    raise SettingRefused("PROVIDER_SECRETS or HOUSE_SECRETS has the name 'wallet'; it marks the wallet's own commands.")

STARTING_FLOAT_MINOR = env.integer("STARTING_FLOAT_MINOR", default=100_000, low=1, high=10**12)
# In development a wallet opens for whoever comes, so that demo players and load tests need no preparation.
OPENS_UNKNOWN_PLAYERS = env.boolean("OPENS_UNKNOWN_PLAYERS", default=DEBUG)
# Where the house's day begins and ends: limits per day, 7 days and month count calendar days of this zone.
HOUSE_TIME_ZONE = house_zone(env.text("HOUSE_TIME_ZONE", default="UTC"))
PLAYER_TOKEN_HOURS = env.integer("PLAYER_TOKEN_HOURS", default=12, low=1, high=72)

VAR = env.var_dir(HERE.parents[1])
# FULL: an answered bet survives a power cut.
DATABASES = database("wallet", var_dir=VAR, synchronous="FULL")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOT_URLCONF = "fragments.wallet.urls"
INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "fragment_kit.serving",
    "fragment_kit.events",
    "fragments.wallet",
]
MIDDLEWARE: list[str] = []
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
STATIC_URL = "/static/"

USE_TZ = True
TIME_ZONE = "UTC"
LOGGING = logging_config("wallet", is_debug=DEBUG)
