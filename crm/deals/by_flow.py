"""What flows do with deals: they name a stage, and the deal of the guest is found or made."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.contacts.models import Contact
from crm.contacts.names import addresses, masking, name_of
from crm.deals import actions
from crm.deals.defaults import currency
from crm.deals.models import Deal, Stage
from portal.frame import money


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Where the guest's deal is to be; what is empty stays as it is."""

    contact: Contact
    stage: UUID
    title: str = ""
    value: str | None = None
    reason: str = ""
    conversation_id: int | None = None


def bring(wish: Wish, *, by: Any) -> Deal:
    """Move the newest open deal that the guest has in the stage's pipeline, or make one there.

    Raises actions.WrongPlace, actions.NoReason, money.NoMoney.
    """
    stage = Stage.objects.select_related("pipeline").filter(public_id=wish.stage).first()
    if stage is None:
        raise actions.WrongPlace
    deal = (
        # Locked, so that of two runs of one guest the second finds the deal of the first where it is.
        Deal.objects.select_for_update()
        .filter(contact=wish.contact, pipeline_id=stage.pipeline_id, closed_at=None)
        .order_by("-pk")
        .first()
    )
    coin = deal.currency if deal else currency()
    value = None if wish.value is None else money.minor_of(wish.value, coin)
    if deal is None:
        new = actions.NewDeal(
            contact=wish.contact,
            title=wish.title or _named(wish.contact),
            stage=stage,
            value_minor=value or 0,
            currency=coin,
            conversation_id=wish.conversation_id,
            source="flow",
        )
        return actions.create(new, by=by, reason=wish.reason)
    values: dict[str, Any] = {}
    if wish.title:
        values["title"] = wish.title
    if value is not None:
        values["value_minor"] = value
    deal = actions.change(deal, values, by=by)
    return deal if deal.stage_id == stage.pk else actions.move(deal, stage, by=by, reason=wish.reason)


def _named(contact: Contact) -> str:
    """As whoever sees the least may see it: a title stands there for all."""
    with masking():
        return name_of(contact, addresses([contact.pk]).get(contact.pk, ""))
