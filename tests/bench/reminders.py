"""Reminders that come due together: 100,000 in one minute over 1,000 salons, enqueued by one process."""

import json
import time
from datetime import time as dt_time
from datetime import timedelta
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from django.db import connection

from channels_wa.message_templates.models import MessageTemplate
from channels_wa.numbers.models import Number
from crm.bookings.reminders import templates, words
from crm.bookings.reminders.planning import REMIND
from crm.consent.models import ContactPolicy
from ops import clock
from ops.salon import inside
from ops.timers import ticker
from tenants.salons.models import Salon
from tests.bench import salons
from tests.bench.house import House, say
from tests.bench.result import Result, percentile

OF_EACH = 100
MINUTE_S = 60
WITHIN_S = 600
# A guest, a visit tomorrow and a reminder now, so many times.
SEED: tuple[LiteralString, ...] = (
    "INSERT INTO contact (public_id, name, language, tags, fields, created_at) "
    "SELECT gen_random_uuid(), 'Ana ' || n, 'pt', '{}', '{}', now() FROM generate_series(1, %(count)s) n",
    "INSERT INTO identity (portfolio, kind, value, contact_id, created_at) "
    "SELECT %(portfolio)s, 'phone', '+55118' || lpad(id::text, 8, '0'), id, now() FROM contact "
    "ON CONFLICT DO NOTHING",
    "INSERT INTO conversation (public_id, contact_id, number_id, bot_on, unread, last_text, last_direction, last_at, "
    "attention, opened_at) SELECT gen_random_uuid(), c.id, %(number)s, true, 0, '', '', now(), '', now() "
    "FROM contact c WHERE NOT EXISTS (SELECT FROM conversation v WHERE v.contact_id = c.id)",
    'INSERT INTO resource (public_id, kind, name, colour, "order", created_at, updated_at) '
    "VALUES (gen_random_uuid(), 'professional', 'Bia', '', 0, now(), now())",
    "INSERT INTO professional (resource_ptr_id, title, about, email, phone, commission_percent, hours, breaks, "
    "is_online, feed_token_hash, version) SELECT max(id), '', '', '', '', 0, '[]', '[]', true, '', 1 FROM resource",
    "INSERT INTO service (public_id, name, description, segments, buffer_before, buffer_after, price_minor, "
    'is_price_from, currency, is_add_on, add_on_ids, needs, deposit, is_online, colour, "order", version, '
    "created_at, updated_at) VALUES (gen_random_uuid(), 'Corte', '', '[]', 0, 0, 9000, false, 'BRL', false, '{}', "
    "'{}', '{}', true, '', 0, 1, now(), now())",
    "INSERT INTO booking (public_id, contact_id, guest_name, state, state_at, source, starts_at, ends_at, zone, "
    "wall_clock, needs_review, price_minor, currency, deposit_minor, deposit_state, note, override_reason, "
    "cancel_reason, details, version, created_at, updated_at) "
    "SELECT gen_random_uuid(), id, '', 'booked', now(), 'bench', now() + interval '1 day', now() + interval '25 h', "
    "'America/Sao_Paulo', '2030-01-01T10:00', false, 9000, 'BRL', 0, 'none', '', '', '', '{}', 1, now(), now() "
    "FROM contact ORDER BY id LIMIT %(count)s",
    "INSERT INTO booking_item (booking_id, position, service_id, professional_id, is_anyone, starts_at, ends_at, "
    "segments, buffer_before, buffer_after, price_minor, add_ons) SELECT b.id, 0, (SELECT max(id) FROM service), "
    "(SELECT max(resource_ptr_id) FROM professional), false, b.starts_at, b.ends_at, '[]', 0, 0, 9000, '[]' "
    "FROM booking b WHERE b.source = 'bench'",
    "INSERT INTO reminder (booking_id, booking_version, rule, due_at, state, channel, reason, answer, created_at) "
    "SELECT id, 1, 'days:1', now(), 'planned', '', '', '', now() FROM booking WHERE source = 'bench'",
    "INSERT INTO public.timer (salon_id, due_at, kind, subject, version, state, fence, attempts, error, created_at) "
    "SELECT %(salon)s, now() + interval '1 day', %(kind)s, id::text, 1, 'pending', 0, 0, '', now() "
    "FROM reminder WHERE state = 'planned' AND booking_id IN (SELECT id FROM booking WHERE source = 'bench')",
)
FORGET: tuple[LiteralString, ...] = (
    "DELETE FROM reminder",
    "DELETE FROM booking_item",
    "DELETE FROM booking",
    "DELETE FROM message",
    "DELETE FROM event",
)


def due_s(house: House) -> Result:
    """From a reminder's moment to its message among those that leave; the one that waited longest counts."""
    salons.seed(house)
    salon_ids = list(Salon.objects.order_by("pk").values_list("pk", flat=True)[: salons.SALONS])
    _forget(house, salon_ids)
    say(f"seeding {len(salon_ids) * OF_EACH} reminders")
    for salon_id in salon_ids:
        _seed(salon_id)
    house.database.execute("ANALYZE public.timer")
    count = len(salon_ids) * OF_EACH
    began = clock.now()
    house.database.execute(
        "UPDATE public.timer SET due_at = %s + random() * %s WHERE kind = %s",
        [began, timedelta(seconds=MINUTE_S), REMIND],
    )
    until, done = time.monotonic() + WITHIN_S, 0
    while done < count and time.monotonic() < until:
        if not (fired := ticker.run()):
            time.sleep(0.1)
        done += fired
    late = [
        float(row[0])
        for row in house.database.execute(
            "SELECT extract(epoch FROM o.created_at - t.due_at) FROM public.outbox_item o JOIN public.timer t "
            "ON t.salon_id = o.salon_id AND t.kind = %s AND o.dedupe_key LIKE 'reminder:' || t.subject || ':%%'",
            [REMIND],
        ).fetchall()
    ]
    took = (clock.now() - began).total_seconds()
    _forget(house, salon_ids)
    if len(late) != count:
        raise RuntimeError(f"{len(late)} of {count} reminders were enqueued within {WITHIN_S} s")
    said = f"p50 {percentile(late, 0.5):.1f} s after its moment; all of them in {took:.0f} s, due within {MINUTE_S} s"
    return Result("reminders_due_s", max(late), "s", said, None, count)


def _seed(salon_id: int) -> None:
    number = Number.objects.filter(salon_id=salon_id).first() or Number.objects.create(
        salon_id=salon_id, phone_number_id=f"9{salon_id:014d}", waba_id=f"8{salon_id:014d}", portfolio=f"7{salon_id}",
        display_phone="+55 11 0000-0000",
    )  # fmt: skip
    values: dict[str, Any] = {
        "count": OF_EACH, "salon": salon_id, "number": number.pk, "portfolio": number.portfolio, "kind": REMIND,
    }  # fmt: skip
    with inside(salon_id):
        ContactPolicy.objects.update_or_create(pk=1, defaults=_quiet_by_day())
        texts = words.table("pt")
        MessageTemplate.objects.get_or_create(
            waba_id=number.waba_id,
            name=templates.NAME,
            language=texts["code"],
            defaults={"status": "approved", "components": json.loads(json.dumps(_components(texts)))},
        )
        with connection.cursor() as cursor:
            for statement in SEED:
                cursor.execute(statement, values)


def _quiet_by_day() -> dict[str, dt_time]:
    """Quiet hours that are asked for and are far from now, whatever hour it is."""
    far = clock.now().astimezone(ZoneInfo("America/Sao_Paulo")) + timedelta(hours=12)
    return {"quiet_from": far.time(), "quiet_until": (far + timedelta(hours=1)).time()}


def _components(texts: dict[str, str]) -> list[dict[str, object]]:
    return [
        {"type": "BODY", "text": texts["template"], "example": {"body_text": [texts["samples"]]}},
        {
            "type": "BUTTONS",
            "buttons": [{"type": "QUICK_REPLY", "text": texts[answer]} for answer in templates.ANSWERS],
        },
    ]


def _forget(house: House, salon_ids: list[int]) -> None:
    """What an earlier run left; guests stay."""
    for table in ("outbox_item", "timer", "event_item"):
        house.database.execute(f"TRUNCATE public.{table}".encode())
    for salon_id in salon_ids:
        with inside(salon_id), connection.cursor() as cursor:
            for statement in FORGET:
                cursor.execute(statement)
