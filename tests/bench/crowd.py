"""A salon with years behind it, for the pages: 100,000 contacts, 20,000 conversations with 1,000,000 messages, 200,000
runs with 1,000,000 steps. Around it a thousand other salons; all of it is kept in .state."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from tests.bench import salons
from tests.bench.house import House, say

CONTACTS = 100_000
TALKS = 20_000
MESSAGES = 1_000_000
# One guest who has written for years: the conversation that is read page by page.
LONGEST = 20_000
RUNS = 200_000
STEPS_EACH = 5
DEALS = 3_000
# Lines of use of all salons, with their sums by day; pages read the sums.
USES = 10_000_000
USE_DAYS = 400

# Of five runs four are of the salon's busiest flow; every thirtieth failed, every twentieth waits.
SEED = {
    "tag": """
INSERT INTO tag (public_id, name, colour, created_at)
SELECT gen_random_uuid(), name, 'green', now() FROM unnest(ARRAY['vip', 'cabelo', 'unhas']) name ON CONFLICT DO NOTHING
""",
    "custom_field": """
INSERT INTO custom_field (public_id, key, name, kind, options, "order")
SELECT gen_random_uuid(), key, initcap(key), 'text', '{}', 1 FROM unnest(ARRAY['tipo', 'tom']) key
WHERE NOT EXISTS (SELECT FROM custom_field f WHERE f.key = ANY (ARRAY['tipo', 'tom']))
""",
    "contact": """
INSERT INTO contact (public_id, name, language, tags, fields, created_at, seen_at)
SELECT gen_random_uuid(), (ARRAY['Ana','Beatriz','Carla','Duda','Elisa','Flávia'])[1 + n % 6] || ' ' || n || ' '
       || (ARRAY['Silva','Souza','Lima','Rocha','Dias'])[1 + n % 5], '',
       CASE WHEN n % 7 = 0 THEN ARRAY['vip'] WHEN n % 11 = 0 THEN ARRAY['cabelo', 'unhas'] ELSE '{}' END,
       CASE WHEN n % 13 = 0 THEN '{"tipo": "Cacheado", "tom": "Castanho"}' ELSE '{}' END::jsonb,
       now() - n * interval '9 min', CASE WHEN n % 5 = 0 THEN now() - n * interval '7 min' END
FROM generate_series(1, %(contacts)s) n
""",
    "identity": """
INSERT INTO identity (portfolio, kind, value, contact_id, created_at)
SELECT 'p', 'phone', '+55119' || lpad(id::text, 8, '0'), id, now() FROM contact ON CONFLICT DO NOTHING
""",
    # Every fourth is closed; of the open ones many are nobody's, some unread, some to be looked at.
    "conversation": """
INSERT INTO conversation (public_id, contact_id, number_id, assignee_id, bot_on, unread, last_text, last_direction,
                          last_kind, last_at, last_inbound_at, attention, opened_at, closed_at, waiting_since)
SELECT gen_random_uuid(), c.id, %(number)s, CASE WHEN n % 6 = 0 THEN (SELECT min(id) FROM member) END, n % 3 > 0,
       CASE WHEN n % 8 = 1 THEN 3 ELSE 0 END, 'Você tem horário amanhã às ' || n % 12 || ' h?',
       CASE WHEN n % 8 IN (1, 2) THEN 'in' ELSE 'out' END, 'text', now() - n * interval '13 min',
       now() - n * interval '13 min', CASE WHEN n % 40 = 0 THEN 'flow_failed' ELSE '' END, now() - interval '3 years',
       CASE WHEN n % 4 = 3 THEN now() - n * interval '13 min' END,
       CASE WHEN n % 8 IN (1, 2) THEN now() - n * interval '13 min' END
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM contact WHERE seen_at IS NOT NULL) c
""",
    # In the order of time, as they come to be. The conversation that stands first in the list is the longest.
    "message": """
INSERT INTO message (public_id, wamid, direction, type, text, payload, status, reason, purpose, contact_id,
                     conversation_id, number_id, recipient_kind, recipient, reply_to, at, resent)
SELECT gen_random_uuid(), 'wamid.crowd.' || n, CASE WHEN n % 2 = 0 THEN 'in' ELSE 'out' END, 'text',
       'Mensagem ' || n || ': quero marcar corte e escova para sábado, se der. ' || repeat('Obrigada! ', n % 5), '{}',
       'read', '', 'reply', v.contact_id, v.id, %(number)s, '', '', '', now() - (%(messages)s - n) * interval '1 min',
       false
FROM generate_series(1, %(messages)s) n
JOIN (SELECT id, contact_id, row_number() OVER (ORDER BY id) - 1 AS place FROM conversation) v
  ON v.place = CASE WHEN n % (%(messages)s / %(longest)s) = 0 THEN 0 ELSE n % %(talks)s END
ORDER BY n
""",
    "deal": """
INSERT INTO deal (public_id, conversation_id, title, value_minor, currency, position, stage_since, source, lost_reason,
                  version, created_at, updated_at, contact_id, owner_id, pipeline_id, stage_id, closed_at)
SELECT gen_random_uuid(), v.id, 'Dia da noiva ' || v.id, 10000 + n * 100, 'BRL', n, now() - n * interval '1 hour', '',
       '', 1, now() - n * interval '1 hour', now() - n * interval '1 hour', v.contact_id,
       CASE WHEN n % 3 = 0 THEN (SELECT min(id) FROM member) END, s.pipeline_id, s.id,
       CASE WHEN s.kind <> 'open' THEN now() - n * interval '1 hour' END
FROM generate_series(1, %(deals)s) n
JOIN (SELECT id, pipeline_id, kind, row_number() OVER (ORDER BY "order") - 1 AS place, count(*) OVER () AS of
      FROM stage WHERE pipeline_id = (SELECT min(id) FROM pipeline)) s ON s.place = n % s.of
JOIN (SELECT id, contact_id, row_number() OVER (ORDER BY id) AS place FROM conversation) v ON v.place = n
""",
    "flow_execution": """
INSERT INTO flow_execution (public_id, flow_id, version_id, contact_id, conversation_id, status, listens, state, seed,
                            last_seq, error, began_by, started_at, ended_at, waiting_until)
SELECT gen_random_uuid(), f.id, f.published_id, v.contact_id, v.id, s.status, false,
       jsonb_build_object('at', f.nodes[1 + n % cardinality(f.nodes)], 'status', 'completed', 'variables',
                          jsonb_build_object('name', 'Ana', 'note', repeat('x', 200))),
       1, %(steps)s, CASE WHEN s.status = 'failed' THEN 'timeout: no answer came' ELSE '' END,
       CASE WHEN n % 100 = 0 THEN 'api' ELSE 'keywords' END, s.at,
       CASE WHEN s.status <> 'waiting' THEN s.at + interval '4 min' END,
       CASE WHEN s.status = 'waiting' THEN now() + interval '2 days' END
FROM generate_series(1, %(runs)s) n
CROSS JOIN LATERAL (SELECT now() - (%(runs)s - n) * interval '4 min' AS at, CASE WHEN n % 30 = 0 THEN 'failed'
                    WHEN n % 20 = 0 THEN 'waiting' ELSE 'completed' END AS status) s
JOIN (SELECT id, published_id, row_number() OVER (ORDER BY id) - 1 AS place,
             ARRAY(SELECT node->>'id' FROM jsonb_array_elements(g.graph->'nodes') node) AS nodes
      FROM (SELECT f.id, f.published_id, v.graph FROM flow f JOIN flow_version v ON v.id = f.published_id) g) f
  ON f.place = CASE WHEN n % 5 = 0 THEN (n / 5) % (SELECT count(*) FROM flow WHERE published_id IS NOT NULL) ELSE 0 END
JOIN conversation v ON v.id = (SELECT min(id) FROM conversation) + n % %(talks)s
""",
    "flow_step": """
INSERT INTO flow_step (execution_id, flow_id, seq, node, type, exit, edge, at, duration_ms, event, changes, error,
                       input)
SELECT e.id, e.flow_id, k, e.state->>'at', 'send_message', 'done', '', e.started_at + k * interval '20 s', 0.4,
       'passed', CASE WHEN k = 3 THEN '{"name": {"before": null, "after": "Ana"}}' ELSE '{}' END::jsonb,
       CASE WHEN k = %(steps)s THEN e.error ELSE '' END,
       CASE WHEN k = 1 THEN '{"input": "started", "message": {"input": "said", "text": "oi", "reply_id": null,
            "kind": "text", "wamid": "", "facts": {}}, "facts": {}}'::jsonb END
FROM flow_execution e CROSS JOIN generate_series(1, %(steps)s) k
""",
    "flow_count": """
INSERT INTO flow_count (flow_id, version_id, day, kind, name, count)
SELECT e.flow_id, e.version_id, e.started_at::date, 'node', e.state->>'at', count(*)
FROM flow_execution e GROUP BY 1, 2, 3, 4, 5
""",
}

# On the public side. Of the lines a tenth is the demo salon's; its sums are as many rows as a year leaves behind.
USE = {
    "usage_event": """
INSERT INTO public.usage_event (salon_id, kind, key, quantity, at, day, period_at, subject, currency)
SELECT CASE WHEN n % 10 = 0 THEN %(salon)s ELSE 1000000 + n % 1000 END,
       (ARRAY['messages', 'api_calls', 'ai_tokens', 'flow_executions'])[1 + n % 4], 'crowd:' || n, 1, m.at, m.at::date,
       date_trunc('month', m.at), '', ''
FROM generate_series(1, %(uses)s) n
CROSS JOIN LATERAL (SELECT now() - n * interval '3 s' AS at) m
""",
    "usage_total": """
INSERT INTO public.usage_total (salon_id, kind, day, period_at, quantity, is_squashed)
SELECT s.id, k.kind, d.day, date_trunc('month', d.day), 700 + s.id % 7, true
FROM (SELECT %(salon)s AS id UNION ALL SELECT 1000000 + n FROM generate_series(1, 999) n) s
CROSS JOIN unnest(ARRAY['messages', 'api_calls', 'ai_tokens', 'flow_executions', 'bookings', 'knowledge_queries'])
           k(kind)
CROSS JOIN LATERAL (SELECT (current_date - n) AS day FROM generate_series(0, CASE WHEN s.id = %(salon)s
                    THEN %(use_days)s ELSE 62 END) n) d
""",
    "cost_total": """
INSERT INTO public.cost_total (salon_id, day, source, category, place, currency, quantity, amount_micro)
SELECT %(salon)s, current_date - n, 'whatsapp', c.category, p.place, 'USD', 20, 20 * 62500
FROM generate_series(0, %(use_days)s) n CROSS JOIN unnest(ARRAY['marketing', 'utility', 'service']) c(category)
CROSS JOIN unnest(ARRAY['BR', 'PT', 'AR', 'US']) p(place)
""",
}


def seed_use(house: House) -> None:
    """Ten million lines of use, once; without their keys, which only recording reads."""
    if house.one("SELECT count(*) FROM (SELECT FROM public.usage_event WHERE key LIKE 'crowd:%%' LIMIT 1) x"):
        return
    values = {"salon": house.salon_id, "uses": USES, "use_days": USE_DAYS}
    for table, statement in USE.items():
        say(f"seeding {table}")
        text = statement
        for name, value in values.items():
            text = text.replace(f"%({name})s", str(value))
        house.database.execute(text.encode())
        house.database.execute(f"VACUUM ANALYZE public.{table}".encode())


def seed(house: House) -> None:
    """Fill the demo salon; once, as it takes minutes."""
    if house.one("SELECT count(*) FROM flow_step") == RUNS * STEPS_EACH and house.one("SELECT count(*) FROM deal"):
        return
    salons.seed(house)
    house.forget()
    values = {
        **{"contacts": CONTACTS, "talks": TALKS, "messages": MESSAGES, "longest": LONGEST, "deals": DEALS},
        **{"runs": RUNS, "steps": STEPS_EACH, "number": house.number[0]},
    }
    with without_indexes(house.database, [*SEED]):
        for table, statement in SEED.items():
            say(f"seeding {table}")
            text = statement
            for name, value in values.items():
                text = text.replace(f"%({name})s", str(value))
            house.database.execute(text.encode())
    for table in SEED:
        house.database.execute(f"VACUUM ANALYZE {table}".encode())
    for table, wanted in (("flow_step", RUNS * STEPS_EACH), ("message", MESSAGES), ("conversation", TALKS)):
        if missing := wanted - int(house.one(f"SELECT count(*) FROM {table}")):
            raise RuntimeError(f"{missing} of {table} were not seeded")


@contextmanager
def without_indexes(database: psycopg.Connection[Any], tables: list[str]) -> Iterator[None]:
    """Rows by the million go in without the indexes that are no constraint, which are built once at the end."""
    found = database.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i "
        "WHERE i.indrelid = ANY(%s::regclass[]) "
        "AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid) AND NOT i.indisunique",
        [tables],
    ).fetchall()
    for name, _definition in found:
        database.execute(f"DROP INDEX {name}".encode())
    try:
        yield
    finally:
        say("building indexes")
        for _name, definition in found:
            database.execute(definition.encode())
