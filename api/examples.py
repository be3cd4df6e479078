"""Names and examples of what the API shows, for its description."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer

Serializer = TypeVar("Serializer", bound=type)


def described(name: str, example: dict[str, Any]) -> Callable[[Serializer], Serializer]:
    """Give a serializer the resource's name and an example of it."""
    decorate: Callable[[Serializer], Serializer] = extend_schema_serializer(
        component_name=name, examples=[OpenApiExample(name, example, response_only=True)]
    )
    return decorate
