"""Where the state of a subscription and the limits of its plan are asked on pages: one table, by address.

Reading is always open, and so is what gets people out: /billing/, their own account, their data, the rights of guests.
"""

from typing import Any, Final

from django.utils.translation import gettext as _

from billing.subscriptions import excess, refusing, states

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# Beginnings of addresses under which everything stays open; /book/ is for guests and asks by itself.
OPEN: Final = (
    "/billing/", "/enter/", "/leave/", "/support/", "/language/", "/you/", "/book/",
    "/settings/privacy/", "/settings/audit/", "/settings/alerts/", "/settings/keys/",
    # Programs have a door of their own (api.permissions).
    "/api/",
)  # fmt: skip
# What only looks, takes out, or protects a guest, by the name of the page.
OPEN_PAGES: Final = frozenset(
    {
        "inbox:read", "inbox:draft", "inbox:typing", "inbox:away", "contacts:export", "contacts:block",
        "contacts:mentions", "flows:stop", "flows:cancel", "flows:archive", "flows:form",
        "flows:form_try", "flows:form_formulas", "flows:simulator", "flows:simulator_act", "flows:simulator_restart",
        "flows:tests_run", "flows:test_row", "flows:replay",
    }
)  # fmt: skip
# Answers to guests.
REPLIES: Final = ("/inbox/", "/media/")
# What a plan may lack, by the beginning of the address. Taking back what is there stays open.
FEATURE_DOORS: Final[dict[str, str]] = {
    "/settings/roles/": "custom_roles",
    "/settings/deposits/": "deposits",
    "/packages/sell/": "deposits",
    "/settings/audit/export/": "audit_export",
}
STAYS_OPEN: Final = ("/delete/",)
# Pages of a thing of which a plan has only so many: namespace -> (which, pages that stay open beside OPEN_PAGES).
THING_DOORS: Final[dict[str, tuple[str, frozenset[str]]]] = {
    "contacts": ("contacts", frozenset({"merge", "note_add"})),
    "numbers": ("numbers", frozenset({"disconnect"})),
    "flows": ("flows", frozenset({"switch", "archive", "discard"})),
    "professionals": ("professionals", frozenset({"archive"})),
}


def check_page(request: Any) -> None:
    """A page is about to be answered: raises Refused where plan or state do not let this request through."""
    path, match, salon_id = request.path, request.resolver_match, request.salon.pk
    is_write = request.method not in SAFE
    for beginning, feature in FEATURE_DOORS.items():
        asks = is_write or feature == "audit_export"
        if asks and path.startswith(beginning) and not path.endswith(STAYS_OPEN):
            refusing.require_feature(salon_id, feature)
    if not is_write or path.startswith(OPEN) or match.view_name in OPEN_PAGES:
        return
    refusing.require(salon_id, states.SEND_REPLIES if path.startswith(REPLIES) else states.PORTAL_WRITE)
    name, stays = THING_DOORS.get(match.namespace, ("", frozenset()))
    if name and match.url_name not in stays:
        check_thing(salon_id, name, match.kwargs.get("public_id"))


def check_thing(salon_id: int, name: str, public_id: Any) -> None:
    """Raises Refused for a thing that is beyond the plan. Inside the salon."""
    if public_id is None or excess.first_over(salon_id, name) is None:
        return
    pk = excess.living(name).filter(public_id=public_id).values_list("pk", flat=True).first()
    if pk is not None:
        excess.require(salon_id, name, pk)


def way_out_words() -> str:
    """What the link says."""
    return _("Plan and billing")
