"""The base of every resource."""

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import QuerySet
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django_filters import FilterSet
from rest_framework import exceptions, negotiation, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from api import usage
from api.actor import Actor, actor_of
from api.filters import check_query
from api.parsers import JSONParser
from api.rates import PlanRate
from tenants.access.roles import Permission
from tenants.sharing.checking import check_thing
from tenants.sharing.kinds import kind_of
from tenants.sharing.queries import reached

Row = TypeVar("Row", bound=models.Model)


class AlwaysJson(negotiation.BaseContentNegotiation):
    """There is one representation, so what is accepted need not be asked."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The parser of the body's type."""
        return negotiation.DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """JSON."""
        return renderers[0], renderers[0].media_type


class SalonViewSet(viewsets.GenericViewSet[Row], Generic[Row]):
    """Lists and shows rows of the salon; writing actions are added by the resource.

    A resource names `permissions` (action -> permission), `queryset`, `serializer_class` for what it shows, and
    `present` where that is more than the columns.
    """

    permissions: ClassVar[dict[str, Permission]]
    # What it is called in an error.
    what: ClassVar[str]
    # The kind of things, shared one by one, that its rows are or belong to (tenants.sharing), and the way there.
    shared: ClassVar[str] = ""
    shared_by: ClassVar[str] = "public_id"
    # What other actions than the list take in the query.
    query_names: ClassVar[dict[str, tuple[str, ...]]] = {}
    # Of these, what may be given several times.
    repeated_names: ClassVar[tuple[str, ...]] = ()
    rate_headers: dict[str, str]

    lookup_field = "public_id"
    lookup_url_kwarg = "id"
    # No slash, anything else: what is no UUID is answered like an id that is nobody's.
    lookup_value_regex = "[^/]+"
    http_method_names = ["get", "post", "patch", "head"]
    parser_classes = [JSONParser]
    throttle_classes = [PlanRate]
    content_negotiation_class = AlwaysJson

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer. What a program reads is English, whatever the salon's people speak."""
        self.rate_headers = {}
        with translation.override("en"):
            response: Any = super().dispatch(request, *args, **kwargs)
            response["Content-Language"] = "en"
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authentication, rate, permission; then the query's names."""
        super().initial(request, *args, **kwargs)
        self._check_type(request)
        filterset: type[FilterSet] | None = getattr(self, "filterset_class", None) if self.action == "list" else None
        check_query(request, filterset, self.query_names.get(self.action or "", ()), self.repeated_names)

    def perform_authentication(self, request: Request) -> None:
        """Whoever is known is counted before anything else is asked: what they may not do costs them too."""
        super().perform_authentication(request)
        if isinstance(request.user, Actor):
            super().check_throttles(request)
            self.rate_headers |= usage.count()

    def check_throttles(self, request: Request) -> None:
        """They were counted with their authentication."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Nothing of a salon is kept by a cache on the way."""
        final = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(final, no_store=True, private=True)
        patch_vary_headers(final, ["Authorization", "Cookie"])
        for header, value in self.rate_headers.items():
            # What a refusal says of another limit stays.
            if not (header.startswith("X-Usage-") and final.has_header(header)):
                final[header] = value
        return final

    def _check_type(self, request: Request) -> None:
        """A body of another type is refused also where no body is read. Raises UnsupportedMediaType."""
        has_body = request.META.get("CONTENT_LENGTH") not in (None, "", "0") or "HTTP_TRANSFER_ENCODING" in request.META
        # A method that the address does not have is answered so, whatever came with it.
        if self.action is not None and str(request.method) in ("POST", "PATCH", "PUT") and has_body:
            negotiator: Any = self.get_content_negotiator()
            if negotiator.select_parser(request, self.get_parsers()) is None:
                raise exceptions.UnsupportedMediaType(str(request.content_type)[:80])

    @property
    def actor(self) -> Actor:
        """Who is asking."""
        return actor_of(self.request)

    def get_queryset(self) -> QuerySet[Row]:
        """The rows; of what is shared one by one those that the caller may see."""
        return self.seen(super().get_queryset())

    def seen(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """The same of other rows."""
        if not self.shared or getattr(self, "swagger_fake_view", False) or self.action is None:
            return rows
        return reached(self.actor.who, rows, self.shared, self.permissions[self.action], field=self.shared_by)

    def list(self, request: Request) -> Response:
        """A page of rows."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.show(page or []))

    def retrieve(self, request: Request, id: str) -> Response:
        """One row."""
        return Response(self.show([self.load(id)])[0])

    def load(self, public_id: str) -> Row:
        """The row of an id in the path. Raises NotFound for one that is not this salon's, whatever it is."""
        try:
            found = self.get_queryset().filter(public_id=UUID(public_id)).first()
        except ValueError:
            found = None
        if found is None:
            raise exceptions.NotFound(f"No {self.what} of this salon has this id.")
        if self.shared:
            self._check_right(found)
        return found

    def _check_right(self, row: Row) -> None:
        """Raises PermissionDenied for what they may see, and not change."""
        needed, known = self.permissions[self.action or ""], kind_of(self.shared)
        if needed in known.permissions.values():
            check_thing(self.actor.who, self.shared, self.thing(row), known.right_of(needed))

    def thing(self, row: Row) -> UUID:
        """The public id of what is shared."""
        found: Any = row
        for name in self.shared_by.split("__"):
            found = getattr(found, name)
        return UUID(str(found))

    def present(self, rows: Sequence[Row]) -> Sequence[object]:
        """What the serializer shows of these rows; where columns do not say it, one query for all."""
        return rows

    def show(self, rows: Sequence[Row]) -> Sequence[dict[str, Any]]:
        """The rows as the contract has them."""
        shown: Sequence[dict[str, Any]] = self.get_serializer(self.present(rows), many=True).data
        return shown

    def read(self, body: type[serializers.Serializer[Any]], **options: Any) -> dict[str, Any]:
        """The request's body, validated. Raises ValidationError."""
        given = body(data=self.request.data, context=self.get_serializer_context(), **options)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def shown(self, row: Row, status: int) -> Response:
        """The answer to a write: the row, and where it is."""
        where = self.request.build_absolute_uri(f"/api/v1/{self.basename}/{row.public_id}/")  # type: ignore[attr-defined]
        return Response(self.show([row])[0], status=status, headers={"Location": where})
