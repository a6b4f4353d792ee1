"""Reads settings from the environment and refuses, in one sentence, whatever cannot be used."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from fragment_kit.contract.errors import SettingRefused
from fragment_kit.contract.passport import DEVELOPMENT_PUBLIC_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off", ""})


class Env(Protocol):
    """The process's environment, or a dictionary in a test."""

    def get(self, key: str, /) -> str | None: ...


def text(name: str, *, default: str, env: Env = os.environ) -> str:
    """The variable's text without surrounding space, or `default` when it is unset."""
    value = env.get(name)
    return default if value is None else value.strip()


def boolean(name: str, *, default: bool, env: Env = os.environ) -> bool:
    """`1 true yes on` or `0 false no off`, in any case."""
    value = env.get(name)
    if value is None:
        return default
    word = value.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise SettingRefused(f"{name} is {value!r}; use 1 or 0.")


def integer(name: str, *, default: int, low: int = 0, high: int = 2**31, env: Env = os.environ) -> int:
    """A whole number from `low` to `high`."""
    value = env.get(name)
    if value is None:
        return default
    try:
        number = int(value)
    except ValueError:
        raise SettingRefused(f"{name} is {value!r}; use a whole number from {low} to {high}.") from None
    if not low <= number <= high:
        raise SettingRefused(f"{name} is {number}; use a whole number from {low} to {high}.")
    return number


def items(name: str, *, default: tuple[str, ...] = (), env: Env = os.environ) -> tuple[str, ...]:
    """A comma separated list; empty items are dropped."""
    value = env.get(name)
    if value is None:
        return default
    return tuple(item.strip() for item in value.split(",") if item.strip())


def pairs(name: str, *, default: str, env: Env = os.environ) -> Mapping[str, str]:
    """A comma separated list of `name=value`."""
    found: dict[str, str] = {}
    for item in items(name, default=tuple(default.split(",")) if default else (), env=env):
        key, separator, value = item.partition("=")
        if not separator or not key or not value:
            raise SettingRefused(f"{name} holds {item!r}; write name=value, separated by commas.")
        found[key.strip()] = value.strip()
    return found


def url(name: str, *, default: str, schemes: tuple[str, ...] = ("http", "https"), env: Env = os.environ) -> str:
    """An address with one of `schemes`, without a trailing slash."""
    value = text(name, default=default, env=env).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in schemes:
        raise SettingRefused(f"{name} is {value!r}; it must begin with {' or '.join(s + '://' for s in schemes)}.")
    return value


def secret(name: str, *, development: str | None, is_debug: bool, env: Env = os.environ) -> str:
    """A secret, also from the file that `<name>_FILE` names; `development` stands in only while DEBUG is on."""
    value = env.get(name)
    file_name = env.get(f"{name}_FILE")
    if value is None and file_name:
        try:
            value = Path(file_name).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingRefused(f"{name}_FILE names {file_name!r}, which cannot be read: {error.strerror}.") from None
    if value:
        return value
    if is_debug and development is not None:
        return development
    raise SettingRefused(f"{name} is not set. With DEBUG=0 it must be: set {name}, or {name}_FILE to a file's path.")


def var_dir(root: Path, *, env: Env = os.environ) -> Path:
    """Where a service keeps its files; made when missing.

    `VAR_DIR`, else `var` in the checkout, else (installed from a wheel, where `root` is site-packages) `var` in the
    working directory.
    """
    home = root if (root / "manage.py").exists() else Path.cwd()
    folder = Path(text("VAR_DIR", default=str(home / "var"), env=env))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingRefused(f"VAR_DIR {str(folder)!r} cannot be made: {error.strerror}.") from None
    return folder


def passport_keys(*, is_debug: bool, env: Env = os.environ) -> tuple[str, ...]:
    """PASSPORT_PUBLIC_KEYS, comma separated; the published development key stands in only while DEBUG is on."""
    text_of_keys = secret("PASSPORT_PUBLIC_KEYS", development=DEVELOPMENT_PUBLIC_KEY, is_debug=is_debug, env=env)
    return tuple(key.strip() for key in text_of_keys.split(",") if key.strip())
