#!/usr/bin/env python
"""Run a command of the project: `.venv/bin/python manage.py help`."""

import os
import sys


def main() -> None:
    """Hand the command line to Django, except for `up`, which must speak clearly before Django can load."""
    if sys.version_info < (3, 11):  # noqa: UP036 - an older one comes here too, and must be told
        sys.exit(f"Cadeira needs Python 3.11 or newer; this is {sys.version.split()[0]}. Use a newer python3.")
    if sys.argv[1:2] == ["up"]:
        from ops.up.main import main as up

        sys.exit(up())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.run")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
