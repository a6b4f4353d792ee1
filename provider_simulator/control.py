"""Who may turn the switches, and how: `/control/feeds` for tools on this machine, never for a page in a browser."""

from __future__ import annotations

import json
from ipaddress import ip_address
from typing import TYPE_CHECKING

from provider_simulator.answers import JSON_TYPE, Answer, TooLarge, json_answer, read_body, refusal
from provider_simulator.switches import MODES, Switches, SwitchRefused, feed_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provider_simulator.answers import Receive, Scope

ROOT = "/control/feeds"
BODY_LIMIT = 1_024


class ControlRefused(Exception):
    """A call to the switches is not usable; `answer` says why."""

    def __init__(self, status: int, sentence: str, *, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(sentence)
        self.answer = refusal(status, sentence, headers=headers)


async def control(switches: Switches, scope: Scope, receive: Receive) -> Answer:
    """Answer `GET /control/feeds` with every mode and `POST /control/feeds/<feed>` with what the switch is now."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    path = scope["path"].rstrip("/")
    try:
        _refuse_strangers(scope, headers)
        if path == ROOT:
            _refuse_other_methods(scope["method"], ("GET", "HEAD"))
        else:
            _refuse_other_methods(scope["method"], ("POST",))
            await _turn(switches, path.removeprefix(f"{ROOT}/"), headers, receive)
    except ControlRefused as error:
        return error.answer
    return json_answer(switches.as_json())


async def _turn(switches: Switches, name: str, headers: Mapping[str, str], receive: Receive) -> None:
    if headers.get("content-type", "").partition(";")[0].strip().lower() != JSON_TYPE:
        raise ControlRefused(415, f"Send Content-Type: {JSON_TYPE}.")
    try:
        feed = feed_named(name)
    except SwitchRefused as error:
        raise ControlRefused(404, str(error)) from error
    try:
        switches.turn(feed, _mode_in(await read_body(receive, limit=BODY_LIMIT)))
    except TooLarge as error:
        raise ControlRefused(413, str(error)) from error
    except SwitchRefused as error:
        raise ControlRefused(400, str(error)) from error


def _refuse_strangers(scope: Scope, headers: Mapping[str, str]) -> None:
    # A browser names the page that calls; so a page elsewhere cannot turn switches through its reader's machine.
    if "origin" in headers or not _is_loopback(scope):
        raise ControlRefused(403, "The switches answer only tools on the simulator's own machine: `manage.py feed`.")


def _is_loopback(scope: Scope) -> bool:
    try:
        return ip_address(scope["client"][0]).is_loopback
    except (KeyError, TypeError, ValueError):
        return False  # a socket without an address, or a test server's word for one


def _refuse_other_methods(method: str, allowed: tuple[str, ...]) -> None:
    if method not in allowed:
        raise ControlRefused(405, f"Use {allowed[0]} here.", headers=(("Allow", ", ".join(allowed)),))


def _mode_in(body: bytes) -> object:
    try:
        asked = json.loads(body)
    except ValueError:
        asked = None
    if not isinstance(asked, dict) or "mode" not in asked:
        raise SwitchRefused(f'Send a JSON object such as {{"mode": "down"}}; modes: {", ".join(MODES)}.')
    return asked["mode"]
