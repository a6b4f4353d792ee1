"""Finds out before anything starts whether every port can be had."""

from __future__ import annotations

import random
import socket

from shell.supervisor.errors import PortTaken

HOST = "127.0.0.1"
# Below the range from which Linux takes the ports of outgoing connections, so that a chosen port stays free.
_FREE_RANGE = range(20_000, 32_000)
_ATTEMPTS_MAX = 200


def is_free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Servers set it too: without it, connections of a previous run in TIME_WAIT would look like a listener.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def find_free(count: int, chooser: random.Random | None = None) -> list[int]:
    """`count` different ports that are free now."""
    source = chooser or random.SystemRandom()
    found: list[int] = []
    for _ in range(_ATTEMPTS_MAX):
        if len(found) == count:
            break
        candidate = source.choice(_FREE_RANGE)
        if candidate not in found and is_free(candidate):
            found.append(candidate)
    if len(found) < count:
        message = (
            f"No free ports found between {_FREE_RANGE.start} and {_FREE_RANGE.stop} on {HOST}: "
            "end some of the programs that listen there."
        )
        raise PortTaken(message)
    return found


def require_free(ports: dict[str, int]) -> None:
    """Refuse to start when a port is taken; one sentence that names each of them."""
    taken = {name: port for name, port in ports.items() if not is_free(port)}
    if not taken:
        return
    places = ", ".join(f"{port} ({name})" for name, port in taken.items())
    subject = f"Port {places} is" if len(taken) == 1 else f"Ports {places} are"
    way_out = "--port and another number" if set(taken) == {"shell"} else "--free-ports"
    message = (
        f"{subject} taken on {HOST}: stop the program that listens there "
        f"(`ss -ltnp 'sport = :{min(taken.values())}'` names it), or start with {way_out}."
    )
    raise PortTaken(message)
