"""The base of the commands that machines read: one JSON value on the last line, exit 2 for unreadable input."""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.db.utils import OperationalError, ProgrammingError

from jsc_project.lib.errors import JscError, UnreadableInput


class DatabaseNotReady(JscError, RuntimeError):
    """No connection, or no tables: the installation has not been set up."""

    code = "database_not_ready"


class JscCommand(BaseCommand):
    """Subclasses override ``run`` and return the JSON value; ``tell`` prints it for people when --json is absent."""

    # A warning about the data in the database must not keep a person from asking where a point lies.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON value on the last line of stdout")

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Argparse's own refusals (a missing or misspelt argument) are unreadable input like any other."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if getattr(self, "_called_from_command_line", False):
            parser.error = self._refuse_arguments  # type: ignore[method-assign, assignment]
        return parser

    def _refuse_arguments(self, message: str) -> NoReturn:
        self._refuse(UnreadableInput(message))

    def _refuse(self, error: JscError) -> NoReturn:
        self.stdout.write(json.dumps({"error": error.as_json()}, ensure_ascii=False))
        self.stdout.flush()
        sys.exit(2)

    def handle(self, *args: Any, **options: Any) -> str | None:
        try:
            answer = self.run(**options)
        except JscError as exc:
            self._refuse(exc)
        except (OperationalError, ProgrammingError) as exc:
            self._refuse(DatabaseNotReady(f"the database cannot be used ({exc}); make setup, or manage.py migrate"))
        if options.get("json"):
            self.stdout.write(json.dumps(answer, ensure_ascii=False, allow_nan=False))
        else:
            self.tell(answer)
        if self.is_failure(answer) and getattr(self, "_called_from_command_line", False):
            self.stdout.flush()
            sys.exit(1)
        return None

    def run(self, **options: Any) -> Any:
        raise NotImplementedError

    def is_failure(self, answer: Any) -> bool:
        """Whether the answer, which is given all the same, says that what was asked about does not work: exit 1."""
        return False

    def tell(self, answer: Any) -> None:
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
