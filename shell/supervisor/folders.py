"""The supervisor's place on disk: `var/`, checked before anything starts, and held by one supervisor at a time."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from shell.supervisor.errors import FolderUnusable

# Databases, their write-ahead logs and the store's append-only file grow to tens of megabytes in a day of play.
_FREE_BYTES_MIN = 64 * 1024 * 1024
_SOCKET_PATH_BYTES_MAX = 100  # sun_path is 108 bytes on Linux and 104 on macOS, with the final zero


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Where this stack keeps its files. `lock` is the open file whose lock says that this stack runs."""

    var: Path
    lock: int

    @property
    def run(self) -> Path:
        """Files that describe the running stack."""
        return self.var / "run"

    @property
    def store(self) -> Path:
        """The embedded store's files."""
        return self.var / "valkey"

    @property
    def store_socket(self) -> Path:
        """The store's Unix socket; somewhere short when `var/` lies too deep for a socket address."""
        place = self.run / "valkey.sock"
        if len(os.fsencode(place)) <= _SOCKET_PATH_BYTES_MAX:
            return place
        return Path(tempfile.gettempdir()) / f"croupier-{os.getuid()}-{os.getpid()}.sock"


def prepare(var: Path, *, free_bytes_min: int = _FREE_BYTES_MIN) -> Folders:
    """Create the folders and take the lock, or say in one sentence why this place will not do."""
    try:
        for folder in (var, var / "run", var / "valkey"):
            folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=var):
            pass
        free_bytes = shutil.disk_usage(var).free
        lock = os.open(var / "run" / "serve.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        message = (
            f"The folder {var} cannot be written ({error.strerror}): "
            "make it writable, or set VAR_DIR to a folder that is."
        )
        raise FolderUnusable(message) from error
    if free_bytes < free_bytes_min:
        message = (
            f"The disk of {var} has {free_bytes // 2**20} MiB left and {free_bytes_min // 2**20} MiB are needed: "
            "make room, or set VAR_DIR to a folder on another disk."
        )
        raise FolderUnusable(message)
    _hold(lock, var)
    return Folders(var=var, lock=lock)


def _hold(lock: int, var: Path) -> None:
    """Take the lock for the life of this process; the kernel gives it back even after `kill -9`."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.read(lock, 32).decode(errors="replace").strip() or "unknown"
        message = (
            f"Another `manage.py serve` (pid {holder}) already uses {var}: "
            "stop it, or set VAR_DIR to another folder and start with --free-ports."
        )
        raise FolderUnusable(message) from error
    os.ftruncate(lock, 0)
    os.write(lock, f"{os.getpid()}\n".encode())
