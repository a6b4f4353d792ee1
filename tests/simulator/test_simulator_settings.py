"""The simulator's settings: sensible without any, and one sentence for each that cannot be used."""

from __future__ import annotations

import pytest

from provider_simulator.asgi import simulator_from
from provider_simulator.settings import SettingUnusable, read_settings


def test_it_needs_no_setting_in_development() -> None:
    settings = read_settings({})
    assert settings.wallet_url == "http://127.0.0.1:8101"
    assert settings.secret == "demo-secret"
    assert 3 <= settings.rounds_per_s <= 5


def test_it_takes_its_own_secret_out_of_many() -> None:
    assert read_settings({"PROVIDER_SECRETS": "other=a, simulator=b=c"}).secret == "b=c"


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"BOT_ROUNDS_PER_S": "many"}, "BOT_ROUNDS_PER_S='many'"),
        ({"BOT_ROUNDS_PER_S": "-1"}, "from 0"),
        ({"BOT_ROUNDS_PER_S": "nan"}, "from 0"),
        ({"BOT_ROUNDS_PER_S": "1e9"}, "to 500"),
        ({"SIMULATOR_SEED": "x"}, "SIMULATOR_SEED='x'"),
        ({"WALLET_URL": "wallet:8101"}, "WALLET_URL='wallet:8101'"),
        ({"WALLET_URL": "ftp://wallet"}, "http://127.0.0.1:8101"),
        ({"PROVIDER_SECRETS": "other=a"}, "simulator=<secret>"),
        ({"DEBUG": "0"}, "PROVIDER_SECRETS"),
    ],
)
def test_it_says_which_setting_is_unusable_and_what_to_write(environ: dict[str, str], words: str) -> None:
    with pytest.raises(SettingUnusable, match=words):
        read_settings(environ)


def test_it_needs_no_secret_where_nobody_plays() -> None:
    assert read_settings({"DEBUG": "0", "BOT_ROUNDS_PER_S": "0"}).secret == ""


def test_it_stops_the_world_when_asked() -> None:
    assert read_settings({}).is_still is False
    assert read_settings({"SIMULATOR_STILL": "1"}).is_still is True


def test_it_leaves_with_one_sentence() -> None:
    with pytest.raises(SystemExit, match="The provider simulator cannot start: SIMULATOR_SEED"):
        simulator_from({"SIMULATOR_SEED": "x"})
