"""Why the stack cannot start, each as one sentence for the person at the keyboard.

SupervisorError
├── UsageError         the command line or the environment asks for something that does not exist
├── PortTaken          another program listens where a service should
├── FolderUnusable     var/ cannot be written, or its disk is full
└── PreparationFailed  a migration or the seeding went wrong
"""

from __future__ import annotations


class SupervisorError(Exception):
    """The stack cannot start; the message is a sentence that says what, where and what to do."""

    exit_code = 1


class UsageError(SupervisorError):
    """The command line or the environment asks for something that does not exist."""

    exit_code = 2


class PortTaken(SupervisorError):
    """Another program listens where a service should."""


class FolderUnusable(SupervisorError):
    """`var/` cannot be written, or its disk is full."""


class PreparationFailed(SupervisorError):
    """A migration or the seeding went wrong."""
