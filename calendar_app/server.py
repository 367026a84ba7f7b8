"""`kapstok web`: the application behind gunicorn, two processes of some threads each."""

from __future__ import annotations

import gc
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from calendar_app.app import create_app
from calendar_app.config import Config
from calendar_app.memory import hold_little

_PROCESSES = 2
_THREADS = 6


class _Server(BaseApplication):
    """gunicorn, told everything here instead of by its own command line."""

    def __init__(self, app: Flask, settings: dict[str, Any]) -> None:
        self._app = app
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Take our settings."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)  # type: ignore[union-attr]  # made by the base class

    def load(self) -> Flask:
        """The application, loaded once before the processes part."""
        return self._app


def serve(config: Config) -> None:
    """Answer requests on `config.bind` until SIGTERM or SIGINT."""
    serve_app(create_app(config), config.bind)


def serve_app(app: Flask, bind: str) -> None:
    """Answer requests to `app` on `bind` (host:port) until SIGTERM or SIGINT."""
    # What is loaded now lives for ever: the collector need not look at it again, nor copy it.
    gc.collect()
    gc.freeze()
    hold_little()
    _Server(app, settings(bind)).run()


def settings(bind: str) -> dict[str, Any]:
    """What gunicorn is told."""
    return {
        "bind": bind,
        "workers": _PROCESSES,
        "worker_class": "gthread",
        "threads": _THREADS,
        "preload_app": True,
        "graceful_timeout": 10,
        "timeout": 60,
        "keepalive": 5,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "forwarded_allow_ips": "127.0.0.1,::1",
    }
