"""/api/v1/bookings/"""

from collections.abc import Callable, Sequence, Set
from typing import Any, TypeVar

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import Conflict, invalid
from api.fields import Instant
from api.filters import IdFilter, InstantFilter, pairs
from api.idempotency import idempotent
from api.names import public_ids
from api.seeing import check_contact
from api.v1 import booking_bodies as bodies
from api.v1.booking_shown import EXAMPLE, OF_OTHERS, REMINDER, BookingOut, MoveOut, SeriesOut
from api.viewset import SalonViewSet
from crm.bookings.actions import booking as making
from crm.bookings.actions import moving, series, states
from crm.bookings.actions.placing import SlotTaken
from crm.bookings.asking import STAFF
from crm.bookings.models import Booking, BookingItem, BookingMove, Professional, Reminder, Service
from crm.bookings.reminders.hearing import shown
from crm.bookings.rights import calendars_booked, may_book, own_calendar_only, own_professionals, visible_bookings
from crm.bookings.sharing import CALENDAR
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from tenants.access.roles import Permission

T = TypeVar("T")


class BookingFilter(django_filters.FilterSet):
    """Filters of the list."""

    contact = IdFilter("contact_id", rows=Contact.objects, what="contact")
    professional = IdFilter("items__professional_id", rows=Professional.objects, what="professional", distinct=True)
    service = IdFilter("items__service_id", rows=Service.objects, what="service", distinct=True)
    state = django_filters.ChoiceFilter(choices=pairs(Booking.State.values))
    source = django_filters.CharFilter(max_length=20)
    series = django_filters.UUIDFilter()
    starts_after = InstantFilter("starts_at", "gte")
    starts_before = InstantFilter("starts_at", "lt")
    updated_after = InstantFilter("updated_at", "gte")
    updated_before = InstantFilter("updated_at", "lt")

    def filter_queryset(self, queryset: Any) -> Any:
        """A visit with two services of one professional is one row."""
        found = super().filter_queryset(queryset)
        joins = self.form.cleaned_data.get("professional") or self.form.cleaned_data.get("service")
        return Booking.objects.filter(pk__in=found.values("pk")) if joins else found


class BookingViewSet(SalonViewSet[Booking]):
    """The visits of the salon's guests. Nothing is deleted: what does not take place is cancelled."""

    what = "booking"
    # Who was given a calendar comes in; which one it is, is looked at with each visit.
    shared = CALENDAR
    permissions = {
        "list": Permission.BOOKINGS_SEE,
        "retrieve": Permission.BOOKINGS_SEE,
        "history": Permission.BOOKINGS_SEE,
        "create": Permission.BOOKINGS_EDIT,
        "series": Permission.BOOKINGS_EDIT,
        "partial_update": Permission.BOOKINGS_EDIT,
        "cancel": Permission.BOOKINGS_EDIT,
    }
    queryset = Booking.objects.all()
    serializer_class = BookingOut
    filterset_class = BookingFilter

    def get_queryset(self) -> QuerySet[Booking]:
        """Those that the caller may see."""
        if getattr(self, "swagger_fake_view", False):
            return Booking.objects.none()
        return visible_bookings(self.actor.who)

    def _check_right(self, row: Booking) -> None:
        """A visit may stand in several calendars: `_own_row` asks for all of them."""

    def present(self, rows: Sequence[Booking]) -> Sequence[object]:
        """With their services and the public ids of all that they name."""
        items, reminders = states.items_of_many([row.pk for row in rows]), _reminders(rows)
        contacts = public_ids(Contact.with_merged.all(), (row.contact_id for row in rows if row.contact_id))
        talks = public_ids(Conversation.objects.all(), (row.conversation_id for row in rows if row.conversation_id))
        return [
            {
                **{name: getattr(row, name) for name in EXAMPLE if name not in OF_OTHERS},
                "id": row.public_id,
                "contact": contacts.get(row.contact_id) if row.contact_id else None,
                "conversation": talks.get(row.conversation_id) if row.conversation_id else None,
                "items": [_item(item) for item in items[row.pk]],
                "reminders": reminders.get(row.pk, []),
            }
            for row in rows
        ]

    @extend_schema(request=bodies.BookingIn, responses={201: BookingOut})
    @idempotent
    def create(self, request: Request) -> Response:
        """Book a visit, or hold its place for a while. 409 with `free`, the nearest slots, where it has none."""
        data = self.read(bodies.BookingIn)
        state, minutes = data.pop("state"), data.pop("hold_minutes", None)
        override = self._override(data)
        new = self._new(data)
        if state == "held":
            made = _asked(lambda: making.hold(new, by=self.actor.who, rules=STAFF, minutes=minutes))
        else:
            made = _asked(lambda: making.book(new, by=self.actor.who, override=override))
        return self.shown(made, status.HTTP_201_CREATED)

    @extend_schema(request=bodies.SeriesIn, responses={201: SeriesOut})
    @action(detail=False, methods=["post"])
    @idempotent
    def series(self, request: Request) -> Response:
        """Book a visit every so many days or weeks, at the same wall clock."""
        data = self.read(bodies.SeriesIn)
        rule, skip = data.pop("every"), data.pop("skip_taken")
        override = self._override(data)
        every = series.Every(rule["every"], rule["unit"], rule["count"], tuple(rule.get("but", ())))
        new = self._new(data)
        try:
            made = _asked(lambda: series.book_series(new, every, by=self.actor.who, override=override, skip_taken=skip))
        except series.WrongRule as wrong:
            raise invalid(f"every.{wrong.field}", wrong.words) from None
        except series.SeriesTaken as taken:
            raise Conflict(
                f"{len(taken.refused)} of its visits have no place; `skip_taken` books the others.",
                field="every", code="slot_taken", more={"refused": _refused(taken.refused)},
            ) from None  # fmt: skip
        return Response(
            {"bookings": self.show(made.bookings), "refused": _refused(made.refused)}, status=status.HTTP_201_CREATED
        )

    @extend_schema(request=bodies.BookingPatch)
    @idempotent
    def partial_update(self, request: Request, id: str) -> Response:
        """Move it, change what it is made of, or where it stands; 409 where `version` is not what it is now."""
        row, data = self._own_row(id), self.read(bodies.BookingPatch)
        if "starts_at" in data and "items" in data:
            raise invalid("starts_at", "Give starts_at or items, not both.")
        override, version, who = self._override(data), data.get("version"), self.actor.who

        def work() -> Booking:
            fresh, seen = row, version
            if "starts_at" in data or "items" in data:
                fresh, seen = self._moved(fresh, data, seen, override), None
            elif "state" in data:
                # Before the note locks the row.
                states.wait_for_all([row.pk])
            values: dict[str, Any] = {
                name: data[name] for name in ("note", "guest_name", "price_minor") if name in data
            }
            if values:
                fresh, seen = states.change_note(fresh, values, by=who, version=seen), None
            if "state" in data:
                fresh = states.change_state(fresh, data["state"], by=who, version=seen, reason=data["reason"])
            elif seen is not None and fresh.version != seen:
                raise states.Stale(fresh)
            return fresh

        with transaction.atomic():
            changed = _asked(work)
        return Response(self.show([changed])[0])

    @extend_schema(request=bodies.CancelIn, responses={200: BookingOut})
    @action(detail=True, methods=["post"])
    @idempotent
    def cancel(self, request: Request, id: str) -> Response:
        """Its time is free at once. Twice is once."""
        row, data = self._own_row(id), self.read(bodies.CancelIn)
        reason, who = data["reason"], self.actor.who
        version = data.get("version")

        def work() -> Booking:
            if data["rest_of_series"]:
                seen = visible_bookings(who)
                return series.cancel_rest(row, by=who, reason=reason, version=version, among=seen)[0]
            return states.cancel(row, by=who, version=version, reason=reason)

        return Response(self.show([_asked(work)])[0])

    @extend_schema(request=None, responses={200: MoveOut(many=True)}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def history(self, request: Request, id: str) -> Response:
        """What was done with it, by whom and when; the oldest first."""
        moves = BookingMove.objects.filter(booking=self.load(id)).select_related("by").order_by("pk")[:500]
        rows = [
            {"what": move.what, "before": move.before, "after": move.after, "by": move.by_kind, "at": move.at,
             "member": move.by.public_id if move.by else None, "reason": move.reason, "version": move.version}
            for move in moves
        ]  # fmt: skip
        return Response(MoveOut(rows, many=True).data)

    def _override(self, data: dict[str, Any]) -> str:
        reason = str(data.pop("override", ""))
        if reason and not self.actor.may(Permission.BOOKINGS_OVERRIDE):
            raise exceptions.PermissionDenied("You may not book against the salon's hours.")
        return reason

    def _new(self, data: dict[str, Any]) -> making.NewBooking:
        contact, talk = data.pop("contact", None), data.pop("conversation", None)
        if contact:
            check_contact(self.actor.who, contact, "contact")
        elif not data.get("guest_name"):
            raise invalid("contact", "Must be given; a walk-in has a guest_name instead.", "required")
        if talk and (contact is None or talk.contact_id != contact.pk):
            raise invalid("conversation", "Must be a conversation of this contact.")
        among = calendars_booked(self.actor.who).anyone()
        items = [
            making.ItemWanted(
                one["service"].pk,
                one["professional"].pk if one.get("professional") else None,
                one.get("starts_at"),
                tuple(add_on.pk for add_on in one.get("add_ons", ())),
                among,
            )
            for one in data.pop("items")
        ]
        self._check_calendars({item.professional for item in items})
        return making.NewBooking(
            **data, contact=contact, items=items, conversation_id=talk.pk if talk else None, source="api"
        )

    def _moved(self, row: Booking, data: dict[str, Any], version: int | None, override: str) -> Booking:
        who, reason = self.actor.who, data["reason"]
        if "starts_at" in data:
            return moving.move(
                row, data["starts_at"], by=who, version=version, override=override, reason=reason,
                check=self._check_calendars,
            )  # fmt: skip
        there = len(states.items_of_many([row.pk])[row.pk])
        wanted = [
            moving.Arranged(
                one["service"].pk,
                one["professional"].pk if one.get("professional") else self._own(one["service"].pk, place, there),
                one.get("starts_at"),
                one.get("minutes"),
                tuple(add_on.pk for add_on in one["add_ons"]) if "add_ons" in one else None,
            )
            for place, one in enumerate(data["items"])
        ]
        self._check_calendars({one.professional for one in wanted if one.professional})
        return moving.arrange(
            row, wanted, by=who, version=version, override=override, reason=reason, check=self._check_calendars
        )  # fmt: skip

    def _own(self, service: int, place: int, there: int) -> int | None:
        """Who does what is put behind the rest: for whoever has their own calendar only, they themselves."""
        if place < there or not own_calendar_only(self.actor.who):
            return None
        own = own_professionals(self.actor.who).filter(archived_at=None).order_by("order", "pk")
        found = own.filter(offers__service=service).first() or own.first()
        return found.pk if found else None

    def _own_row(self, id: str) -> Booking:
        """One in calendars that they may write into."""
        row = self.load(id)
        self._check_calendars({item.professional_id for item in states.items_of_many([row.pk])[row.pk]})
        return row

    def _check_calendars(self, professionals: Set[int | None]) -> None:
        if not may_book(self.actor.who, professionals):
            raise exceptions.PermissionDenied("You may book into your own calendar, and those you were given, only.")


def _reminders(rows: Sequence[Booking]) -> dict[int, list[dict[str, Any]]]:
    """Those of each visit as it stands now, with what became of their messages."""
    found = list(
        Reminder.objects.filter(booking__in=[row.pk for row in rows])
        .exclude(state=Reminder.State.CANCELLED)
        .order_by("booking_id", "due_at", "pk")
    )
    told, states_now = dict[int, list[dict[str, Any]]](), shown(found)
    for one in found:
        line = {name: getattr(one, name) for name in REMINDER if name != "state"}
        told.setdefault(one.booking_id, []).append({**line, "state": states_now[one.pk]})
    return told


def _item(item: BookingItem) -> dict[str, Any]:
    return {
        "service": item.service.public_id,
        "professional": item.professional.public_id,
        "starts_at": item.starts_at,
        "ends_at": item.ends_at,
        "is_anyone": item.is_anyone,
        "price_minor": item.price_minor,
        "add_ons": item.add_ons,
    }


def _refused(refused: Sequence[tuple[Any, SlotTaken]]) -> list[dict[str, Any]]:
    shown = Instant()
    return [
        {"starts_at": shown.to_representation(when), "free": bodies.shown_slots(taken.free)} for when, taken in refused
    ]


def _asked(work: Callable[[], T]) -> T:
    """Do it; what the domain refuses is a problem that names its field."""
    try:
        return work()
    except making.WrongItem as wrong:
        where = f"items.{wrong.position}.{wrong.field}" if wrong.field else "items"
        raise invalid(where, wrong.words, wrong.code) from None
    except SlotTaken as taken:
        more = {"free": bodies.shown_slots(taken.free), "why": bodies.shown_why(taken.why)}
        words = f"The visit has no place there: {taken}."
        raise Conflict(words, field=f"items.{taken.position}.starts_at", code="slot_taken", more=more) from None
    except states.Stale as stale:
        words = f"The booking was changed meanwhile; its version is {stale.booking.version}."
        raise Conflict(words, field="version", code="stale") from None
    except states.NotAllowed as refused:
        raise Conflict(f"{str(refused)[:1].upper()}{str(refused)[1:]}.", field="state", code="not_allowed") from None
    except states.HoldOver:
        raise Conflict("The hold is over.", field="state", code="hold_over") from None
