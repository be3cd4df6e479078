"""People with an account: they come and go by their own account page."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import PLATFORM, Nothing, Table

_ACCOUNT = _("as long as the account")

TABLES = [
    Table(
        "user_account",
        ("email", "name", "language", "last_login"),
        _("To let people in"),
        PLATFORM,
        _ACCOUNT,
        label=_("Accounts"),
    ),
    Table(
        "account_emailaddress",
        ("email",),
        _("To reach people, and to know that an address is theirs"),
        PLATFORM,
        _ACCOUNT,
        label=_("Mail addresses of accounts"),
    ),
    Table(
        "account_emailconfirmation",
        ("key",),
        _("To prove that an address is theirs"),
        PLATFORM,
        _("3 days"),
        label=_("Links that confirm a mail address"),
    ),
    Table(
        "session",
        ("sealed",),
        _("To know who is logged in, and from where"),
        PLATFORM,
        _("14 days"),
        label=_("Log-ins"),
    ),
    Table(
        "django_admin_log",
        ("object_repr", "change_message"),
        _("What the platform's staff changed"),
        PLATFORM,
        _("as long as the platform"),
        label=_("Acts on the platform's pages"),
    ),
    Table(
        "log_in",
        ("address", "agent", "salon_name"),
        _("To show people where they are logged in"),
        PLATFORM,
        _("as long as the log-in"),
        label=_("Places of log-ins"),
    ),
    Table("mfa_authenticator", ("data",), _("Second factors, sealed"), PLATFORM, _ACCOUNT, label=_("Second factors")),
    Table(
        "mail_item",
        ("sealed",),
        _("Mail to accounts on its way, sealed"),
        PLATFORM,
        _("until it is sent"),
        label=_("Mail on its way"),
    ),
    Nothing("user_account_groups", _("groups of the platform's staff")),
    Nothing("user_account_user_permissions", _("rights of the platform's staff")),
]
