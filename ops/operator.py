"""What the operator's pages share: public tables to look at, and a few acts; nothing is typed into queues by hand.

Every act is noted in the transaction that does it (settings.OPERATOR_AUDIT): actions are marked with `act`, forms are
saved by AuditedAdmin.
"""

from collections.abc import Callable, Sequence
from functools import cached_property, wraps
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.module_loading import import_string

# Counting the millions of rows of a queue takes seconds; nobody turns so many pages.
COUNTED = 10_000
Action = Callable[[Any, HttpRequest, QuerySet[Any]], None]


def note(
    request: HttpRequest, action: str, kind: str, subjects: Sequence[object], details: dict[str, Any] | None = None
) -> None:
    """Write down who did what to which rows. Call it in the transaction of the act."""
    record = import_string(settings.OPERATOR_AUDIT)
    record(request, action=action, kind=kind, subjects=subjects, details=details or {})


def act(name: str, description: Any) -> Callable[[Action], Action]:
    """An action of a list: needs `has_<name>_permission`'s answer of every operator, and is noted with its rows."""

    def mark(action: Action) -> Action:
        @admin.action(description=description, permissions=["act"])
        @wraps(action)
        def noted(self: Any, request: HttpRequest, queryset: QuerySet[Any]) -> None:
            with transaction.atomic():
                kind = queryset.model._meta.label_lower
                note(request, name, kind, list(queryset.values_list("pk", flat=True)))
                action(self, request, queryset)

        noted.act = name  # type: ignore[attr-defined]
        return noted

    return mark


class ShortPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than anyone looks."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, at most COUNTED."""
        rows: Any = self.object_list
        return int(rows.order_by()[:COUNTED].count())


class OperatorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A page for operators: who is staff sees it, nobody else."""

    paginator = ShortPaginator
    show_full_result_count = False
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the page is offered."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Every operator."""
        return bool(request.user.is_active and getattr(request.user, "is_staff", False))

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Every operator may use the actions of a list."""
        return self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Retention deletes, not a person."""
        return False


class ReadOnlyAdmin(OperatorAdmin):
    """Rows that only the product writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds rows here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are shown, not changed; acts are actions of the list."""
        return False


class AuditedAdmin(OperatorAdmin):
    """Rows that an operator may change by a form; what was changed is noted."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save and note (the admin's own view is one transaction)."""
        super().save_model(request, obj, form, change)
        changes = {
            name: [_plain(form.initial.get(name)), _plain(form.cleaned_data[name])] for name in form.changed_data
        }
        note(request, "changed" if change else "added", obj._meta.label_lower, [obj.pk], changes)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | dict | list | None) else str(value)
