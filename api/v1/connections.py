"""/api/v1/connections/: the salon's WhatsApp numbers."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import Conflict, invalid
from api.idempotency import idempotent
from api.v1.connection_content import (
    ConnectionExchange,
    ConnectionIn,
    ConnectionOffers,
    ConnectionOut,
    ConnectionPatch,
    ConnectionStats,
    ConnectionStatus,
)
from api.viewset import SalonViewSet
from channels_wa.numbers import actions, connecting, signup
from channels_wa.numbers.checking import check
from channels_wa.numbers.connecting import CannotConnect
from channels_wa.numbers.leaving import leave
from channels_wa.numbers.models import Number
from channels_wa.numbers.queries import own_numbers
from channels_wa.numbers.stats import stats_of
from channels_wa.numbers.words import NUMBER, Refused
from ops import clock
from ops.instants import read_instant
from ops.salon import current_salon_id
from tenants.access.roles import Permission

API = "api"
PERIOD, LONGEST_PERIOD = timedelta(days=7), timedelta(days=92)


class ConnectionViewSet(SalonViewSet[Number]):
    """WhatsApp numbers that guests write to."""

    what = "connection"
    shared = "number"
    permissions = {
        "list": Permission.NUMBERS_SEE,
        "retrieve": Permission.NUMBERS_SEE,
        "live_status": Permission.NUMBERS_SEE,
        "stats": Permission.NUMBERS_SEE,
        "qr": Permission.NUMBERS_SEE,
        "create": Permission.NUMBERS_MANAGE,
        "exchange": Permission.NUMBERS_MANAGE,
        "partial_update": Permission.NUMBERS_MANAGE,
        "destroy": Permission.NUMBERS_MANAGE,
    }
    http_method_names = ["get", "post", "patch", "delete", "head"]
    query_names = {"stats": ("at_after", "at_before"), "destroy": ("deregister",)}
    queryset = Number.objects.none()
    serializer_class = ConnectionOut

    def get_queryset(self) -> QuerySet[Number]:
        """Those of this salon."""
        return self.seen(own_numbers())

    @extend_schema(request=ConnectionIn, responses={201: ConnectionOut})
    @idempotent
    def create(self, request: Request) -> Response:
        """Connect a number by its ids and a token; Meta is asked first. What is left to do stands in `setup`."""
        data = self.read(ConnectionIn)
        return self._connect(data["token"], data["phone_number_id"], data["waba_id"], pin=data.get("pin", ""))

    @extend_schema(request=ConnectionExchange, responses={200: ConnectionOffers, 201: ConnectionOut})
    @action(detail=False, methods=["post"])
    @idempotent
    def exchange(self, request: Request) -> Response:
        """Connect by the code of Meta's embedded signup, which lives for 30 seconds.

        Answers 201 with the connection. Where the code reaches several numbers and none is named, 200 with the numbers
        and an `exchange` to name with the chosen one within a quarter of an hour.
        """
        data = self.read(ConnectionExchange)
        held = self._held(data)
        try:
            offers = signup.offers(held)
        except CannotConnect as error:
            raise refusal(error.problem, data) from None
        wanted = data.get("phone_number_id") or (offers[0].facts.phone_number_id if len(offers) == 1 else "")
        chosen = next((offer for offer in offers if offer.facts.phone_number_id == wanted), None)
        if wanted and chosen is None:
            raise invalid(NUMBER, "The code reaches no such number.")
        if chosen is None:
            return Response(ConnectionOffers({"exchange": held.public_id, "numbers": offers}).data)
        made = self._connect(signup.token_of(held), wanted, chosen.waba_id, pin=data.get("pin", ""))
        signup.end(held)
        return made

    @extend_schema(request=ConnectionPatch)
    @idempotent
    def partial_update(self, request: Request, id: str) -> Response:
        """Renew the token, go on connecting with a PIN, make it the default, or choose its flow."""
        number, data, who = self.load(id), self.read(ConnectionPatch), self.actor.who
        if token := data.get("token"):
            try:
                connecting.verify(token, phone_number_id=number.phone_number_id, waba_id=number.waba_id)
            except CannotConnect as error:
                raise refusal(error.problem, data) from None
            actions.give_token(number, token, via=API, by=who)
        if number.setup:
            connecting.finish(number, pin=data.get("pin", ""))
        if data.get("is_default"):
            actions.make_default(number, by=who)
        if "default_flow" in data:
            flow = data["default_flow"]
            actions.change(number, by=who, default_flow=flow.public_id if flow else None)
        return Response(self.show([self.load(id)])[0])

    @extend_schema(parameters=[OpenApiParameter("deregister", bool, description="Off the Cloud API too.")])
    @idempotent
    def destroy(self, request: Request, id: str) -> Response:
        """Disconnect: the history stays, what waits to be sent is taken back, the number may be connected elsewhere."""
        given = request.query_params.get("deregister", "false")
        if given not in ("true", "false"):
            raise invalid("deregister", "Must be true or false.")
        leave(self.load(id), deregister=given == "true", by=self.actor.who)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=ConnectionStatus)
    @action(detail=True, url_path="status", url_name="status")
    def live_status(self, request: Request, id: str) -> Response:
        """How it is, asked of Meta now; what was known before, with `stale`, where Meta does not answer in 5 s."""
        number = self.load(id)
        checked = check(number)
        number.refresh_from_db()
        problem = str(checked.problem.text) if checked.problem else ""
        return Response(ConnectionStatus({"number": number, "stale": checked.is_stale, "problem": problem}).data)

    @extend_schema(
        responses=ConnectionStats,
        parameters=[
            OpenApiParameter("at_after", datetime, description="That moment or later; else a week before the end."),
            OpenApiParameter("at_before", datetime, description="Earlier than it; else now. At most 92 days apart."),
        ],
    )
    @action(detail=True)
    def stats(self, request: Request, id: str) -> Response:
        """What went through it in a time."""
        number = self.load(id)
        end = self._moment("at_before") or clock.now()
        start = self._moment("at_after") or end - PERIOD
        if not timedelta(0) < end - start <= LONGEST_PERIOD:
            raise invalid("at_after", f"Must be before `at_before`, by {LONGEST_PERIOD.days} days at most.")
        found = stats_of(number.pk, start=start, end=end)
        return Response(ConnectionStats({"at_after": start, "at_before": end, "stats": found}).data)

    @extend_schema(responses={409: None})
    @action(detail=True)
    def qr(self, request: Request, id: str) -> Response:
        """The code to pair a linked device by. A Cloud API number has none: 409."""
        self.load(id)
        raise Conflict("A Cloud API number is not paired by a QR code; it works with its token.", code="no_pairing")

    def _connect(self, token: str, phone_number_id: str, waba_id: str, *, pin: str) -> Response:
        salon_id = current_salon_id() or 0
        try:
            new = connecting.verify(token, phone_number_id=phone_number_id, waba_id=waba_id)
            number = connecting.begin(salon_id, new, via=API, by=self.actor.who)
        except CannotConnect as error:
            if isinstance(error.__cause__, actions.NumberTaken):
                raise Conflict(str(error.problem.text), field=error.problem.field, code="taken") from None
            raise refusal(error.problem, {"token": "", "phone_number_id": "", "waba_id": ""}) from None
        connecting.finish(number, pin=pin)
        return self.shown(number, status.HTTP_201_CREATED)

    def _held(self, data: dict[str, Any]) -> Any:
        """The sealed token of this exchange: of a new code, or of an earlier answer."""
        salon_id, who = current_salon_id() or 0, self.actor.key
        if "exchange" in data:
            held = signup.mine(data["exchange"], salon_id=salon_id, user_id=0, session_key=who)
            if held is None:
                raise invalid("exchange", "Unknown, used, or older than a quarter of an hour.")
            return held
        try:
            return signup.hold(salon_id, data["code"], redirect_uri=data.get("redirect_uri", ""), holder=who)
        except CannotConnect as error:
            raise invalid("code", str(error.problem.text)) from None

    def _moment(self, name: str) -> datetime | None:
        given = self.request.query_params.get(name)
        if given is None:
            return None
        moment = read_instant(given.replace(" ", "+") if "T" in given else given)
        if moment is None:
            raise invalid(name, "Must be a moment with its offset, e.g. 2026-11-20T15:00:00Z.")
        return moment


def refusal(problem: Refused, body: dict[str, Any]) -> serializers.ValidationError:
    """What Meta refused, at the field of the body that it is about."""
    field = problem.field if problem.field in body else next(iter(body), "")
    return invalid(field, str(problem.text), "refused_by_whatsapp")
