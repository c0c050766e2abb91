"""Django's own checks find nothing: every command of ``manage.py`` runs them first, the tests do not."""

from __future__ import annotations

from django.contrib.admin import site
from django.contrib.admin.options import ModelAdmin
from django.core.management import call_command


def test_the_system_checks_find_nothing() -> None:
    call_command("check", fail_level="WARNING")


def test_no_column_of_the_console_hides_a_method_of_django() -> None:
    """A column named ``check`` once ended every command."""
    own = {name for name in dir(ModelAdmin) if not name.startswith("_")}
    for admin in site._registry.values():
        assert not own & {name for name in admin.list_display if isinstance(name, str)}
