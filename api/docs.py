"""The API's description for programs (OpenAPI) and for people. It shows no salon's data, so anyone may read it."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.permissions import AllowAny


class SchemaView(SpectacularJSONAPIView):  # type: ignore[misc]
    """OpenAPI 3.1."""

    authentication_classes: ClassVar[list[Any]] = []
    permission_classes = [AllowAny]


class DocsView(TemplateView):
    """The same to read and to try, without any outside file."""

    template_name = "api/docs.html"

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """The page; its own script takes the session's CSRF token from it."""
        return super().get(request, *args, **kwargs)
