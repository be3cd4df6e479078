"""A salon with a past: conversations, messages, runs and steps by the ten thousand, in a few statements."""

from django.db import connection

# Half an hour apart on average over half a year; every tenth conversation closed, every twentieth in need of a look.
CONTACTS = """
INSERT INTO contact (public_id, name, language, tags, fields, created_at)
SELECT gen_random_uuid(), 'Guest ' || n || ' ' || (ARRAY['Silva','Souza','Lima','Rocha','Dias'])[1 + n %% 5], '',
       '{}', '{}', now() - n * interval '9 min' FROM generate_series(1, %(people)s) n
"""
IDENTITIES = """
INSERT INTO identity (portfolio, kind, value, contact_id, created_at)
SELECT 'p', 'phone', '+55119' || lpad(id::text, 8, '0'), id, now() FROM contact
ON CONFLICT DO NOTHING
"""
CONVERSATIONS = """
INSERT INTO conversation (public_id, contact_id, number_id, bot_on, unread, last_text, last_direction, last_at,
                          last_inbound_at, attention, opened_at, closed_at)
SELECT gen_random_uuid(), id, 1, true, 0, 'oi', CASE WHEN id %% 50 = 0 THEN 'in' ELSE 'out' END,
       now() - (id %% 260000) * interval '1 min', now(), CASE WHEN id %% 20 = 0 THEN 'flow_failed' ELSE '' END, now(),
       CASE WHEN id %% 10 = 0 AND id %% 50 <> 0 THEN now() END
FROM contact WHERE NOT EXISTS (SELECT FROM conversation v WHERE v.contact_id = contact.id)
"""
MESSAGES = """
INSERT INTO message (public_id, direction, type, text, payload, status, reason, purpose, contact_id, conversation_id,
                     number_id, recipient_kind, recipient, reply_to, at, resent)
SELECT gen_random_uuid(), CASE WHEN k %% 2 = 0 THEN 'in' ELSE 'out' END, 'text', 'message ' || k, '{}', 'read', '',
       'reply', v.contact_id, v.id, 1, '', '', '', v.last_at - k * interval '1 min', false
FROM conversation v CROSS JOIN generate_series(1, %(each)s) k
"""
RUNS = """
INSERT INTO flow_execution (public_id, flow_id, version_id, contact_id, conversation_id, status, listens, state, seed,
                            last_seq, error, started_at)
SELECT gen_random_uuid(), f.id, f.published_id, v.contact_id, v.id, 'completed', false, '{}', 1, 2, '', v.last_at
FROM conversation v CROSS JOIN flow f
"""
STEPS = """
INSERT INTO flow_step (execution_id, flow_id, seq, node, type, exit, edge, at, duration_ms, event, changes, error)
SELECT e.id, e.flow_id, k, CASE k WHEN 1 THEN 'start' ELSE 'hello' END, 'send_message', '', '', e.started_at, 1, '',
       '{}', '' FROM flow_execution e CROSS JOIN generate_series(1, 2) k ON CONFLICT DO NOTHING
"""
TABLES = ("contact", "identity", "conversation", "message", "flow_execution", "flow_step")


def fill(*, people: int, messages_each: int) -> None:
    """Fill the salon we are in, whose flows are there already, and let PostgreSQL know."""
    values = {"people": people, "each": messages_each}
    with connection.cursor() as cursor:
        for statement in (CONTACTS, IDENTITIES, CONVERSATIONS, MESSAGES, RUNS, STEPS):
            cursor.execute(statement, values)
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}")
        # What was written waits beside these indexes, with the leavings of other tests; autovacuum would put it in.
        cursor.execute(
            "SELECT gin_clean_pending_list(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'gin' AND i.indrelid = ANY(%s::regclass[])",
            [list(TABLES)],
        )
