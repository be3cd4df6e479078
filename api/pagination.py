"""Cursor pagination of the contract: {"next", "previous", "results"} with absolute addresses."""

from typing import Any, ClassVar

from rest_framework import exceptions, pagination
from rest_framework.request import Request

from api.errors import invalid
from ops.instants import read_instant

MOST = 200
_GREATEST_ID = 2**63 - 1


class CursorPagination(pagination.CursorPagination):
    """By the order of arrival, newest first: rows that are added meanwhile move nothing."""

    ordering = "-id"
    orders: ClassVar[dict[str, tuple[str, ...]]] = {"newest": ("-id",), "oldest": ("id",)}
    page_size_query_param = "limit"
    page_size_query_description = f"How many results a page has, 1 to {MOST}."
    cursor_query_description = "Where the page begins; taken from `next` and `previous`."
    max_page_size = MOST

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        """`order=oldest` turns the list round."""
        asked = request.query_params.get("order", "newest")
        if asked not in self.orders:
            raise invalid("order", f"Must be {' or '.join(self.orders)}.")
        return self.orders[asked]

    def names_a_place(self, position: str) -> bool:
        """Whether a cursor's position is one of ours."""
        return _is_whole(position)

    def get_page_size(self, request: Request) -> int:
        """The `limit` asked for."""
        asked: str | None = request.query_params.get("limit")
        if asked is None:
            return self.page_size or MOST
        if not (asked.isascii() and asked.isdigit() and len(asked) <= 4 and 1 <= int(asked) <= MOST):
            raise invalid("limit", f"Must be a whole number from 1 to {MOST}.")
        return int(asked)

    def decode_cursor(self, request: Request) -> Any:
        """Where to begin. Raises ValidationError for a cursor that is none of ours."""
        try:
            cursor = super().decode_cursor(request)
        except exceptions.NotFound:
            raise invalid("cursor", "Must be taken from `next` or `previous` of a page.") from None
        if cursor is not None and cursor.position is not None and not self.names_a_place(str(cursor.position)):
            raise invalid("cursor", "Must be taken from `next` or `previous` of a page.")
        return cursor

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The query of a page, for the description."""
        order = {
            "name": "order",
            "required": False,
            "in": "query",
            "schema": {"type": "string", "enum": list(self.orders), "default": "newest"},
        }
        return [*super().get_schema_operation_parameters(view), order]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A page, for the description; the example shows what its addresses look like."""
        page = dict(super().get_paginated_response_schema(schema))
        here = "https://aurora.example/api/v1/things/?cursor="
        page["properties"]["next"]["example"] = f"{here}cD00ODY%3D"
        page["properties"]["previous"]["example"] = f"{here}cj0xJnA9NDg3"
        return page


class ByLastMessage(CursorPagination):
    """Conversations also by their newest message. What moves meanwhile may be seen twice, or on the next walk."""

    orders: ClassVar[dict[str, tuple[str, ...]]] = {
        **CursorPagination.orders,
        "-last_at": ("-last_at", "-id"),
        "last_at": ("last_at", "id"),
    }

    def names_a_place(self, position: str) -> bool:
        """A key, or a moment in the orders by moment; the other kind is no place."""
        if self.ordering[0].lstrip("-") == "id":
            return _is_whole(position)
        return read_instant(position.replace(" ", "T", 1)) is not None


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= _GREATEST_ID
