"""What salons search with: words without accents, and parts of words. Both are installed once, on the public side."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations, models

# Immutable, so that a column can be made of it and indexed: the dictionary it names never changes here.
PLAIN = """
CREATE OR REPLACE FUNCTION public.plain(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = public AS $$ SELECT lower(public.unaccent('public.unaccent'::regdictionary, $1)) $$
"""


class Migration(migrations.Migration):
    dependencies = [("salons", "0003_entrycode_session_key")]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        BtreeGistExtension(),
        migrations.RunSQL(PLAIN, "DROP FUNCTION IF EXISTS public.plain(text)"),
        migrations.AddField("salon", "country", models.CharField(db_default="BR", default="BR", max_length=2)),
    ]
