"""What a salon was told of: some of it is about a guest's message."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import BY_NAME, BY_RULE, TEAM, Nothing, Table

# A path that leads to a guest's page names it.
_OF_ALERT = (
    "(substring(t.link from '[0-9a-f]{8}-[0-9a-f-]{27}')::uuid = ANY(%(things)s) "
    "OR (t.key || t.link || t.title::text || t.text::text) LIKE ANY(%(likes)s))"
)

TABLES = [
    Table(
        "alert_delivery",
        ("error",),
        _("To tell of an alert by mail or webhook"),
        kept=BY_RULE,
        where=f"t.alert_id IN (SELECT t.id FROM alert t WHERE {_OF_ALERT})",
        order=BY_NAME - 1,
        in_export=False,
        label=_("Alerts that were sent"),
    ),
    Table(
        "alert",
        ("title", "text", "link"),
        _("To tell the team what needs them"),
        kept=BY_RULE,
        where=_OF_ALERT,
        order=BY_NAME,
        in_export=False,
        label=_("Alerts"),
    ),
    Table(
        "alert_preference",
        ("mail",),
        _("What somebody of the team wants to be told of"),
        TEAM,
        _("as long as the member"),
        label=_("Wishes for alerts"),
    ),
    Nothing("alert_webhook", _("an address of the salon's own")),
]
