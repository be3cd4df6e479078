"""Salon side of the chain over the log: names, operators, and the places of sealed rows."""

from django.db import migrations, models


# Rows that were written before there was a chain are its beginning.
TRIGGERS = """
DROP TRIGGER audit_append_only ON audit_entry;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION public.audit_keep();
CREATE TRIGGER audit_mark_due AFTER INSERT ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION public.audit_mark_due();
INSERT INTO public.audit_due (salon_id)
    SELECT substr(current_schema(), 7)::bigint WHERE current_schema() ~ '^salon_[0-9]+$'
    AND EXISTS (SELECT 1 FROM audit_entry);
"""
BACK = """
DROP TRIGGER audit_mark_due ON audit_entry;
DROP TRIGGER audit_append_only ON audit_entry;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="auditentry",
            name="actor_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="digest",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="hash",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="operator",
            field=models.CharField(blank=True, db_default="", default="", max_length=254),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="position",
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="salt",
            field=models.BinaryField(null=True),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["actor", "id"], name="audit_actor"),
        ),
        migrations.AddConstraint(
            model_name="auditentry",
            constraint=models.UniqueConstraint(fields=("position",), name="one_audit_entry_per_position"),
        ),
        migrations.RunSQL(TRIGGERS, BACK),
    ]
