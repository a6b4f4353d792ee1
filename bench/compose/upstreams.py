"""Serves the fragments of all decks from one nginx, which every system measured asks in the same way."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from bench.compose.decks import DECKS
from bench.compose.machine import HERE
from bench.compose.processes import HOST, LOAD_CORE, Started
from shell.supervisor.ports import find_free

if TYPE_CHECKING:
    from pathlib import Path

    from bench.compose.decks import BenchSlot, Deck
    from bench.compose.processes import Programs

PROGRAM: Final = "upstreams"


class Upstreams:
    """Addresses of the fragments, and the nginx behind them.

    Args:
        folder: where its configuration goes.

    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        places = [(deck.name, fragment) for deck in DECKS for fragment in deck.fragments]
        self._hang_port, *ports = find_free(1 + len(places))
        self._ports = dict(zip(places, ports, strict=True))

    def address(self, deck: Deck, fragment: str) -> str:
        """The fragment's origin."""
        return f"http://{HOST}:{self._ports[deck.name, fragment]}"

    def url(self, deck: Deck, slot: BenchSlot) -> str:
        """The slot itself."""
        return self.address(deck, slot.fragment) + slot.path

    def started(self, deck: Deck, slot: BenchSlot) -> Started:
        """The slot as a system of its own, to be measured without anything in front of it."""
        return Started(url=self.url(deck, slot), program=PROGRAM)

    def start(self, programs: Programs) -> None:
        """Start nginx, and the fragment that never answers."""
        programs.start("hang", [sys.executable, str(HERE / "hang.py"), str(self._hang_port)], core=LOAD_CORE, port=None)
        text = (HERE / "peers" / "upstreams.nginx.conf").read_text(encoding="utf-8")
        text = text.replace("@folder@", str(self._folder))
        text = text.replace(
            "@servers@", "\n".join(self._server(deck, name) for deck in DECKS for name in deck.fragments)
        )
        conf = self._folder / "upstreams.nginx.conf"
        conf.write_text(text, encoding="utf-8")
        any_port = next(iter(self._ports.values()))
        programs.start(PROGRAM, ["nginx", "-c", str(conf)], core=LOAD_CORE, port=any_port)

    def _server(self, deck: Deck, fragment: str) -> str:
        slots = [slot for slot in deck.slots if slot.fragment == fragment]
        lines = [f"  server {{ listen {HOST}:{self._ports[deck.name, fragment]} backlog=4096;"]
        lines += [self._location(slot) for slot in slots]
        lines += [_json("/.well-known/fragment.json", deck.manifest(fragment)), _json("/readyz", '{"status":"up"}')]
        lines += [_json(f"/podlet/{slot.name}/manifest.json", _podlet(slot, self.url(deck, slot))) for slot in slots]
        # The same pages for those who compose by tags.
        lines += [_page("/esi.html", [f'<esi:include src="{slot.path}"/>' for slot in deck.on_page]), "  }"]
        return "\n".join(lines)

    def _location(self, slot: BenchSlot) -> str:
        if slot.hangs:
            return f"    location = {slot.path} {{ proxy_pass http://{HOST}:{self._hang_port}; }}"
        said = (("Cache-Control", slot.caching), ("Fragment-Version", "1.0.0"), ("Podlet-Version", "1.0.0"))
        headers = " ".join(f'add_header {name} "{value}";' for name, value in said)
        return f'    location = {slot.path} {{ {headers} return 200 "{slot.body}"; }}'


def page_of(tags: list[str]) -> str:
    """The page that template-based composers fill; as small as it can be, ours has header, menu and footer too."""
    return f"<!doctype html><html><head><title>Bench</title></head><body>{''.join(tags)}</body></html>"


def _podlet(slot: BenchSlot, url: str) -> str:
    return f'{{"name":"{slot.name}","version":"1.0.0","content":"{url}","fallback":"","js":[],"css":[]}}'


def _json(path: str, body: str) -> str:
    return f"    location = {path} {{ default_type application/json; return 200 '{body}'; }}"


def _page(path: str, tags: list[str]) -> str:
    return f"    location = {path} {{ return 200 '{page_of(tags)}'; }}"
