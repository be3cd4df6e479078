"""One use recorded by a function: its plans are kept with the session, where a statement is planned each time."""

from django.db import migrations

MADE = """
CREATE FUNCTION record_one_use(
    for_salon bigint, of_kind text, under text, units bigint, happened timestamptz, on_day date, in_period timestamptz,
    about text, price numeric, in_currency text, by_version bigint
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.usage_once (salon_id, kind, key, at) VALUES (for_salon, of_kind, under, happened)
        ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO public.usage_event
        (salon_id, kind, key, quantity, at, day, period_at, subject, price_minor, currency, plan_version_id)
        VALUES (for_salon, of_kind, under, units, happened, on_day, in_period, about, price, in_currency, by_version);
    INSERT INTO public.usage_total (salon_id, kind, day, period_at, quantity)
        VALUES (for_salon, of_kind, on_day, in_period, units);
    RETURN true;
END $$;
"""
UNDO = "DROP FUNCTION record_one_use"


class Migration(migrations.Migration):
    """Made by hand: Django knows no functions."""

    dependencies = [("metering", "0003_last_bills")]
    operations = [migrations.RunSQL(MADE, UNDO)]
