#!/usr/bin/env python
"""Django's command line for this service."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jsc_project.settings")
    os.umask(0o027)  # database, logs and footage are personal data: for the service's own user and group
    if sys.argv[1:2] == ["record"]:  # runs on every installation for months; the console would double its memory
        os.environ.setdefault("JSC_WITHOUT_CONSOLE", "1")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
