"""A salon with years behind it, for the pages: 100,000 contacts, 200,000 runs with 1,000,000 steps. Kept in .state."""

from tests.bench.house import House, say

CONTACTS = 100_000
RUNS = 200_000
STEPS_EACH = 5

# Of five runs four are of the salon's busiest flow; every thirtieth failed, every twentieth waits.
SEED = {
    "contact": """
INSERT INTO contact (public_id, name, language, tags, fields, created_at)
SELECT gen_random_uuid(), (ARRAY['Ana','Beatriz','Carla','Duda','Elisa','Flávia'])[1 + n % 6] || ' ' || n || ' '
       || (ARRAY['Silva','Souza','Lima','Rocha','Dias'])[1 + n % 5], '', '{}', '{}', now() - n * interval '9 min'
FROM generate_series(1, %(contacts)s) n
""",
    "identity": """
INSERT INTO identity (portfolio, kind, value, contact_id, created_at)
SELECT 'p', 'phone', '+55119' || lpad(id::text, 8, '0'), id, now() FROM contact ON CONFLICT DO NOTHING
""",
    "conversation": """
INSERT INTO conversation (public_id, contact_id, number_id, bot_on, unread, last_text, last_direction, last_at,
                          last_inbound_at, attention, opened_at)
SELECT gen_random_uuid(), id, 1, true, 0, 'oi', 'out', now() - (id % 260000) * interval '1 min', now(), '', now()
FROM contact
""",
    "flow_execution": """
INSERT INTO flow_execution (public_id, flow_id, version_id, contact_id, conversation_id, status, listens, state, seed,
                            last_seq, error, began_by, started_at, ended_at, waiting_until)
SELECT gen_random_uuid(), f.id, f.published_id, c.id, v.id, s.status, false,
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
JOIN contact c ON c.id = (SELECT min(id) FROM contact) + n % %(contacts)s
JOIN conversation v ON v.contact_id = c.id
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


def seed(house: House) -> None:
    """Fill the demo salon; once, as it takes minutes."""
    if house.one("SELECT count(*) FROM flow_step") == RUNS * STEPS_EACH:
        return
    house.forget()
    values = {"contacts": CONTACTS, "runs": RUNS, "steps": STEPS_EACH}
    for table, statement in SEED.items():
        say(f"seeding {table}")
        text = statement
        for name, value in values.items():
            text = text.replace(f"%({name})s", str(value))
        house.database.execute(text.encode())
    house.database.execute("VACUUM ANALYZE")
    missing = RUNS * STEPS_EACH - int(house.one("SELECT count(*) FROM flow_step"))
    if missing:
        raise RuntimeError(f"{missing} steps were not seeded")
