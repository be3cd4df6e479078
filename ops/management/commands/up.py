"""`manage.py up`: run the whole product on this machine (`make up`)."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """`manage.py` hands `up` over before Django loads; this is for `manage.py help` and callers inside Django."""

    help = "Start PostgreSQL, Valkey, sandbox, gate, web, workers and beat, and watch over them until Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Become the supervisor: it must not carry Django's threads and connections along."""
        os.execv(sys.executable, [sys.executable, "-m", "ops.up"])  # noqa: S606
