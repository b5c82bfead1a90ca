"""The commands by name. A command's module is imported when it is asked for, so that `telltale check` starts fast."""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command

MODULES: Final = MappingProxyType(
    {
        "demo": "streams.cli.demo",
        "run": "streams.cli.run",
        "connect": "streams.cli.connect",
        "topics": "streams.cli.topics",
        "publish": "streams.cli.publish",
        "check": "streams.cli.check",
        "test": "streams.cli.test",
        "replay": "streams.cli.replay",
        "explain": "streams.cli.explain",
        "customer": "streams.cli.customer",
        "report": "streams.cli.reporting",
        "log": "streams.cli.log",
        "context": "streams.cli.context",
        "import": "streams.cli.import_csv",
        "schema": "streams.cli.schema",
        "docs": "streams.cli.docs",
        "reference": "streams.cli.reference",
        "version": "streams.cli.version",
    }
)


class Commands(TyperGroup):
    """A group whose commands are loaded by name."""

    def list_commands(self, ctx: Any) -> list[str]:  # the shape is typer's
        return list(MODULES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in MODULES:
            return None
        command = get_command(import_module(MODULES[cmd_name]).app())
        command.name = cmd_name
        return command


def application() -> typer.Typer:
    """The whole command line."""
    app = new_app(cls=Commands, no_args_is_help=True)

    @app.callback(help="Watches what customers do, on every channel, and tells each channel when to act.")
    def telltale() -> None: ...

    return app


def new_app(**settings: Any) -> typer.Typer:
    """A typer application with the settings that all share: plain tracebacks, no shell completion to install."""
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, **settings)
