"""What the API remembers of integrators' writes."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import BY_NAME, Table

TABLES = [
    Table(
        "idempotency_key",
        holds=("answer", "path"),
        why=_("To give the same answer to a repeated write"),
        kept=_("a day"),
        where=(
            "(t.answer::text LIKE ANY(%(likes)s) "
            "OR substring(t.path from '[0-9a-f]{8}-[0-9a-f-]{27}')::uuid = ANY(%(things)s) "
            "OR (t.answer->>'id') = ANY(%(things)s::text[]))"
        ),
        order=BY_NAME,
        in_export=False,
        label=_("Answers that the API remembered"),
    ),
]
