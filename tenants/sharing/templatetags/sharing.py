"""The button that opens the share dialog of a thing."""

from typing import Any
from uuid import UUID

from django import template

from tenants.sharing.queries import rights_on
from tenants.sharing.rights import Right

register = template.Library()


@register.inclusion_tag("sharing/button.html", takes_context=True)
def share_button(context: template.Context, kind: str, thing: UUID, *, small: bool = False, item: bool = False) -> Any:
    """For whoever may share it; `small` within a row, `item` within a menu. Needs {% share_dialog %} on the page."""
    member = getattr(context.get("request"), "member", None)
    may = member is not None and Right.SHARE in rights_on(member, kind, thing)
    return {"may_share": may, "kind": kind, "thing": thing, "small": small, "item": item}


@register.inclusion_tag("sharing/place.html", takes_context=True)
def share_dialog(context: template.Context) -> Any:
    """Where the dialog comes in; once on a page."""
    return {"CSP_NONCE": context.get("CSP_NONCE")}
