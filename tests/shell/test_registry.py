"""The registry reads what an operator means, refuses the rest in a sentence, and keeps a good list over a bad edit."""

from __future__ import annotations

import pathlib

import pytest

from shell.registry.entries import RegistryEntry, RegistryRefused, read_registry
from shell.registry.registry_file import RegistryFile

GOOD = '[fragments.wallet]\nurl = "http://127.0.0.1:8101/"\n'
SHIPPED = pathlib.Path(__file__).parents[2] / "shell" / "fragments.toml"


def entry(lines: str) -> RegistryEntry:
    return read_registry(f"[fragments.wallet]\n{lines}", source="test.toml").fragments["wallet"]


def test_it_reads_the_file_that_we_ship() -> None:
    registry = read_registry(SHIPPED.read_text(), source=str(SHIPPED))
    assert set(registry.fragments) == {"wallet", "live_dealer", "promotions", "lobby"}
    assert [name for name, one in registry.fragments.items() if one.essential] == ["wallet"]


def test_it_takes_one_address_or_several_and_drops_the_trailing_slash() -> None:
    assert entry('url = "http://127.0.0.1:8101/"').addresses == ("http://127.0.0.1:8101",)
    assert entry('url = ["http://a:1", "https://b"]').addresses == ("http://a:1", "https://b")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('url = "ftp://x"', "only http:// and https://"),
        ('url = "file:///etc/passwd"', "only http:// and https://"),
        ('url = "http://ana:secret@x"', "user or password"),
        ('url = "http://x/path"', "scheme, host and port only"),
        ('url = "http://x?q=1"', "scheme, host and port only"),
        ('url = "http://x\\r\\nHost: y"', "no address"),
        ('url = "http://x:99999"', "no address"),
        ('url = "http://"', "names no host"),
        ("url = []", "write one address"),
        ("timeout_ms = 800", "url"),
        ('url = "http://x"\ntimeout_ms = 0', "timeout_ms is 0"),
        ('url = "http://x"\ntimeuot_ms = 800', "timeuot_ms is not a key we know"),
        ('url = "http://x"\ntrust = "friend"', "trust is 'friend'"),
        ('url = "http://x"\n[fragments.wallet.canary]\nurl = "http://y"\nweight = 101', "weight is 101"),
    ],
)
def test_it_refuses_what_an_operator_cannot_mean_and_says_where(lines: str, words: str) -> None:
    with pytest.raises(RegistryRefused, match=r"test\.toml") as refusal:
        entry(lines)
    assert words in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_it_refuses_an_empty_registry_and_text_that_is_no_toml() -> None:
    for text in ("", "[fragments", "colour = 1"):
        with pytest.raises(RegistryRefused, match=r"test\.toml"):
            read_registry(text, source="test.toml")


def test_it_gives_the_canary_its_share_of_players_and_each_player_always_the_same_side() -> None:
    one = entry('url = "http://stable"\n[fragments.wallet.canary]\nurl = "http://canary"\nweight = 20')
    sides = {player: one.addresses_for(player) for player in map(str, range(2_000))}
    share = sum(side == ("http://canary",) for side in sides.values()) / len(sides)
    assert 0.16 < share < 0.24
    assert all(one.addresses_for(player) == side for player, side in sides.items())
    assert one.addresses_for(None) == ("http://stable",)


def test_it_takes_an_edit_without_a_restart(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "fragments.toml"
    path.write_text(GOOD)
    file = RegistryFile(path, keep=tmp_path / "kept.toml")
    assert not file.refresh()
    path.write_text(GOOD + '[fragments.lobby]\nurl = "http://127.0.0.1:8104"\n')
    assert file.refresh()
    assert set(file.current.fragments) == {"wallet", "lobby"}
    assert file.current.generation == 2


@pytest.mark.parametrize("bad", ["[fragments", '[fragments.wallet]\nurl = "gopher://x"\n', None])
def test_it_refuses_a_bad_edit_and_the_previous_registry_stays(tmp_path: pathlib.Path, bad: str | None) -> None:
    path = tmp_path / "fragments.toml"
    path.write_text(GOOD)
    file = RegistryFile(path, keep=tmp_path / "kept.toml")
    path.unlink() if bad is None else path.write_text(bad)
    assert not file.refresh()
    assert set(file.current.fragments) == {"wallet"}
    assert "fragments.toml" in file.error
    path.write_text(GOOD + "timeout_ms = 700\n")
    assert file.refresh()
    assert file.error == ""


def test_it_starts_with_the_last_accepted_registry_when_the_file_is_broken_at_start(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "fragments.toml"
    path.write_text(GOOD)
    RegistryFile(path, keep=tmp_path / "kept.toml")
    path.write_text("[fragments")
    file = RegistryFile(path, keep=tmp_path / "kept.toml")
    assert set(file.current.fragments) == {"wallet"}
    assert "not valid TOML" in file.error


def test_it_does_not_start_with_nothing_and_says_which_setting_to_look_at(tmp_path: pathlib.Path) -> None:
    with pytest.raises(RegistryRefused, match="FRAGMENTS_FILE"):
        RegistryFile(tmp_path / "absent.toml", keep=tmp_path / "kept.toml")
