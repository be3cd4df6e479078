"""Nobody rewrites what operators did."""

from django.db import migrations

TRIGGER = (
    "CREATE TRIGGER operator_act_append_only BEFORE UPDATE OR DELETE ON operator_act "
    "FOR EACH ROW EXECUTE FUNCTION public.refuse_change()"
)


class Migration(migrations.Migration):
    """Public side."""

    dependencies = [("operators", "0001_initial"), ("salons", "0002_refuse_change")]
    operations = [migrations.RunSQL(TRIGGER, "DROP TRIGGER operator_act_append_only ON operator_act")]
