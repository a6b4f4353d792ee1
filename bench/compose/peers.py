"""The systems to be ahead of: how each is started for a deck, and under which address its page or panel is found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.compose.decks import TIMEOUT_MS
from bench.compose.machine import HERE
from bench.compose.processes import HOST, SYSTEM_CORE, Started
from bench.compose.upstreams import page_of
from shell.supervisor.ports import find_free

if TYPE_CHECKING:
    from pathlib import Path

    from bench.compose.decks import BenchSlot, Deck
    from bench.compose.processes import Programs
    from bench.compose.upstreams import Upstreams


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """Starts peers; `node` is the folder with their packages, `folder` is for configurations."""

    programs: Programs
    upstreams: Upstreams
    folder: Path
    node: Path

    def tailor(self, deck: Deck) -> Started:
        """node-tailor; asks every fragment for every page."""
        return self._node("tailor", deck, [self.upstreams.url(deck, slot) for slot in deck.on_page])

    def podium(self, deck: Deck) -> Started:
        """@podium/layout under express."""
        manifests = [
            f"{self.upstreams.address(deck, slot.fragment)}/podlet/{slot.name}/manifest.json" for slot in deck.on_page
        ]
        return self._node("podium", deck, manifests)

    def http_proxy(self, deck: Deck, slot: BenchSlot) -> Started:
        """@fastify/http-proxy in front of one fragment."""
        (port,) = find_free(1)
        words = ["node", str(HERE / "peers" / "proxy.js"), str(port), self.upstreams.address(deck, slot.fragment)]
        self.programs.start("http-proxy", words, core=SYSTEM_CORE, port=port, folder=self.node)
        return Started(url=f"http://{HOST}:{port}{slot.path}", program="http-proxy")

    def nginx(self, deck: Deck) -> Started:
        """Nginx with server-side includes at `/`, and with the slots as plain proxied paths."""
        (port,) = find_free(1)
        tags = [f'<!--# include virtual="{slot.path}" -->' for slot in deck.on_page]
        pages = self.folder / f"pages-{deck.name}"
        pages.mkdir(exist_ok=True)
        (pages / "ssi.html").write_text(page_of(tags), encoding="utf-8")
        (self.folder).chmod(0o755)
        marks = {
            "folder": str(self.folder),
            "pages": str(pages),
            "port": str(port),
            "timeout_ms": str(TIMEOUT_MS),
            "upstreams": "\n".join(
                f"  upstream {name} {{ server {self.upstreams.address(deck, name)[7:]}; keepalive 64; }}"
                for name in deck.fragments
            ),
            "locations": "\n".join(
                f"    location = {slot.path} {{ proxy_pass http://{slot.fragment}; }}" for slot in deck.on_page
            ),
        }
        conf = _fill("composer.nginx.conf", self.folder / f"nginx-{deck.name}.conf", marks)
        name = f"nginx {deck.name}"
        self.programs.start(name, ["nginx", "-c", str(conf)], core=SYSTEM_CORE, port=port)
        return Started(url=f"http://{HOST}:{port}/", program=name)

    def varnish(self, deck: Deck, *, fragments: str) -> Started:
        """Varnish with ESI; `fragments` are passed through (`pass`) or cached as they allow (`hash`)."""
        (port,) = find_free(1)
        addresses = {slot.fragment: self.upstreams.address(deck, slot.fragment)[7:].split(":") for slot in deck.on_page}
        addresses["pages"] = addresses[deck.fragments[0]]
        limits = f".first_byte_timeout = {TIMEOUT_MS}ms; .between_bytes_timeout = {TIMEOUT_MS}ms;"
        marks = {
            "fragments": fragments,
            "backends": "\n".join(
                f'backend {name} {{ .host = "{host}"; .port = "{port}"; {limits} }}'
                for name, (host, port) in addresses.items()
            ),
            "routes": "\n".join(
                f'  if (req.url == "{slot.path}") {{ set req.backend_hint = {slot.fragment}; }}'
                for slot in deck.on_page
            ),
        }
        name = f"varnish-{fragments}-{deck.name}"
        conf = _fill("varnish.vcl", self.folder / f"{name}.vcl", marks)
        words = ["varnishd", "-F", "-j", "none", "-n", str(self.folder / name), "-a", f"{HOST}:{port}"]
        words += ["-f", str(conf), "-s", "malloc,64m", "-T", "none", "-p", "thread_pools=1"]
        self.programs.start(name, words, core=SYSTEM_CORE, port=port)
        return Started(url=f"http://{HOST}:{port}/esi.html", program=name)

    def _node(self, name: str, deck: Deck, addresses: list[str]) -> Started:
        (port,) = find_free(1)
        words = ["node", str(HERE / "peers" / f"{name}.js"), str(port), str(TIMEOUT_MS), *addresses]
        program = f"{name} {deck.name}"
        self.programs.start(program, words, core=SYSTEM_CORE, port=port, folder=self.node)
        return Started(url=f"http://{HOST}:{port}/", program=program)


def _fill(template: str, place: Path, marks: dict[str, str]) -> Path:
    text = (HERE / "peers" / template).read_text(encoding="utf-8")
    for mark, value in marks.items():
        text = text.replace(f"@{mark}@", value)
    place.write_text(text, encoding="utf-8")
    return place
