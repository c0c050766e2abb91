"""What every installation starts from: the kelurahan with approximate borders, and the categories.

Safe to run at every start: it fills what is missing and never touches what a person
or an official import has put in its place.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from cameras.services.cameras import cameras_seed
from reports.services.categories import categories_seed
from reports.services.places import kelurahan_seed


class Command(BaseCommand):
    help = "Load kelurahan facts, approximate borders and categories (and, with --demo, the demo's cameras)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="also the cameras of the demo")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"kelurahan: {kelurahan_seed()}")
        self.stdout.write(f"categories: {categories_seed()}")
        if options["demo"]:
            self.stdout.write(f"cameras: {cameras_seed(demo=True)}")
