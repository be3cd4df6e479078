"""Cursor pagination of the contract: {"next", "previous", "results"} with absolute addresses."""

from rest_framework import pagination


class CursorPagination(pagination.CursorPagination):
    """Newest first, stable while rows are added."""

    ordering = "-id"
    page_size_query_param = "limit"
    max_page_size = 200
