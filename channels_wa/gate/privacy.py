"""Deliveries of Meta, as they came."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import Place, Table

TABLES = [
    Table(
        "delivery",
        holds=("raw",),
        why=_("To lose no message, and to prove what came"),
        kept=_("14 days, sealed; then the whole day is dropped"),
        in_export=False,
        label=_("Deliveries of WhatsApp"),
    ),
]
PLACES = [Place("spool", _("Deliveries while the database is away"), _("some minutes, sealed"))]
