"""A typed reader for one table of TOML or JSON that says what is wrong and where, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

from fragment_kit.contract.errors import ContractBroken, ManifestRefused

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping, Sequence

_ABSENT: Final[Any] = object()


class Table:
    """Reads keys one by one; `done()` refuses the keys that nobody asked for when the table is strict."""

    def __init__(
        self, data: object, *, where: str, strict: bool, refusal: type[ContractBroken] = ManifestRefused
    ) -> None:
        self._where = where
        self._strict = strict
        self._refusal = refusal
        if not isinstance(data, dict):
            raise refusal(f"{where}: must be a table of keys and values, not {_kind(data)}.")
        self._data: Mapping[str, Any] = data
        self._read: set[str] = set()

    def names(self) -> tuple[str, ...]:
        return tuple(self._data)

    def refuse(self, key: str, why: str) -> NoReturn:
        raise self._refusal(f"{self._where}: {key} {why}.")

    def done(self) -> None:
        unknown = sorted(set(self._data) - self._read)
        if self._strict and unknown:
            known = ", ".join(sorted(self._read))
            self.refuse(unknown[0], f"is not a key we know; known keys here are {known}")

    def text(
        self, key: str, *, pattern: re.Pattern[str] | None = None, default: str = _ABSENT, longest: int = 2_000
    ) -> str:
        value = self._take(key, default)
        if not isinstance(value, str) or (not value and default is _ABSENT):
            self.refuse(key, f"must be a text, not {_kind(value)}")
        if len(value) > longest:
            self.refuse(key, f"has {len(value)} characters; {longest} are allowed")
        if value and pattern is not None and not pattern.fullmatch(value):
            self.refuse(key, f"is {value!r}, which does not match {pattern.pattern}")
        return value

    def integer(self, key: str, *, low: int, high: int, default: int = _ABSENT) -> int:
        value = self._take(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            self.refuse(key, f"must be a whole number, not {_kind(value)}")
        if not low <= value <= high:
            self.refuse(key, f"is {value}; it must be from {low} to {high}")
        return value

    def boolean(self, key: str, *, default: bool = _ABSENT) -> bool:
        value = self._take(key, default)
        if not isinstance(value, bool):
            self.refuse(key, f"must be true or false, not {_kind(value)}")
        return value

    def choice(self, key: str, choices: Sequence[str], *, default: str = _ABSENT) -> str:
        value = self.text(key, default=default)
        if value not in choices:
            self.refuse(key, f"is {value!r}; it must be one of {', '.join(choices)}")
        return value

    def texts(self, key: str, *, pattern: re.Pattern[str] | None = None) -> tuple[str, ...]:
        value = self._take(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.refuse(key, "must be a list of texts")
        for item in value:
            if pattern is not None and not pattern.fullmatch(item):
                self.refuse(key, f"has {item!r}, which does not match {pattern.pattern}")
        return tuple(value)

    def integers(self, key: str, *, low: int, high: int) -> tuple[int, ...]:
        value = self._take(key, [])
        if not isinstance(value, list) or not all(type(item) is int and low <= item <= high for item in value):
            self.refuse(key, f"must be a list of whole numbers from {low} to {high}")
        return tuple(value)

    def table(self, key: str) -> Table:
        return self._inner(key, self._take(key, {}))

    def tables(self, key: str, *, key_pattern: re.Pattern[str] | None = None) -> Iterator[tuple[str, Table]]:
        value = self._take(key, {})
        if not isinstance(value, dict):
            self.refuse(key, f"must be a table of tables, not {_kind(value)}")
        for name, entry in value.items():
            if key_pattern is not None and not key_pattern.fullmatch(name):
                self.refuse(f"{key}.{name}", f"has a name that does not match {key_pattern.pattern}")
            yield name, self._inner(f"{key}.{name}", entry)

    def list_of_tables(self, key: str) -> Iterator[Table]:
        value = self._take(key, [])
        if not isinstance(value, list):
            self.refuse(key, f"must be a list of tables, not {_kind(value)}")
        for index, entry in enumerate(value):
            yield self._inner(f"{key}[{index}]", entry)

    def lists(self, key: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        inner = self.table(key)
        for name in inner.names():
            yield name, inner.texts(name)

    def _inner(self, key: str, entry: object) -> Table:
        return Table(entry, where=f"{self._where}: {key}", strict=self._strict, refusal=self._refusal)

    def _take(self, key: str, default: Any) -> Any:
        self._read.add(key)
        value = self._data.get(key, default)
        if value is _ABSENT:
            self.refuse(key, "is missing")
        return value


def _kind(value: object) -> str:
    return {dict: "a table", list: "a list", str: "a text", bool: "true/false", int: "a number"}.get(
        type(value), type(value).__name__
    )
