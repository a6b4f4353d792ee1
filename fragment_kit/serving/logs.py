"""One shape of log line for every service: readable in development, JSON in production."""

from __future__ import annotations

from typing import Any

import structlog

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="%H:%M:%S.%f", utc=True),
]


def logging_config(service: str, *, is_debug: bool) -> dict[str, Any]:
    """Django's LOGGING: everything through structlog to standard output; warnings and up from libraries."""
    renderer: Any = _console() if is_debug else structlog.processors.JSONRenderer()
    _configure_structlog(service)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info if not is_debug else _unchanged,
                    renderer,
                ],
                "foreign_pre_chain": _SHARED,
            }
        },
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stdout"}},
        "root": {"handlers": ["out"], "level": "WARNING"},
        "loggers": {
            "croupier": {"level": "INFO"},
            "django": {"handlers": []},  # Django's own console handler would say everything twice
        },
    }


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A structured logger under `croupier.<name>`."""
    found: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(f"croupier.{name}")
    return found


def _console() -> Any:
    return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)


def _unchanged(_logger: object, _method: str, event: Any) -> Any:
    return event


def _configure_structlog(service: str) -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
