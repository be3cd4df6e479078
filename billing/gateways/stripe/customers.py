"""The customer that is a salon, and what it pays with."""

import re
from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _
from djstripe.models import Customer, PaymentMethod, TaxId

from billing.gateways.port import GatewayRefused
from billing.gateways.stripe import client
from billing.gateways.stripe.copying import copy
from billing.gateways.stripe.entitlement import living
from billing.gateways.stripe.models import StripeCustomer
from billing.gateways.stripe.prices import sold_as
from billing.gateways.stripe.settling import fetch
from tenants.salons.models import Membership, Salon

LOCALES: Final = {"pt-br": "pt-BR", "en": "en", "es": "es"}
# What a number is by its form, in the countries that salons are in.
_TAX: Final = (
    ("BR", "br_cnpj", re.compile(r"^\d{14}$")),
    ("BR", "br_cpf", re.compile(r"^\d{11}$")),
    ("AR", "ar_cuit", re.compile(r"^\d{11}$")),
    ("MX", "mx_rfc", re.compile(r"^[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}$")),
    ("US", "us_ein", re.compile(r"^\d{9}$")),
    ("ES", "es_cif", re.compile(r"^[A-Z]\d{7}[A-Z0-9]$")),
)
_EU: Final = re.compile(r"^[A-Z]{2}[A-Z0-9]{2,13}$")


def known(salon_id: int) -> StripeCustomer:
    """The salon's customer. Refused (`plan`) where it has none yet."""
    row = StripeCustomer.objects.filter(salon_id=salon_id).exclude(ref="").first()
    if row is None:
        raise GatewayRefused("plan", _("Choose a plan first."))
    return row


def ensure(salon_id: int, *, looked: bool = False) -> StripeCustomer:
    """The salon's customer, made where there is none; with `looked` one that was deleted at Stripe is made anew.

    Raises the port's errors.
    """
    row, _made = StripeCustomer.objects.get_or_create(salon_id=salon_id)
    if row.ref and looked and fetch(row.ref) is None:
        StripeCustomer.objects.filter(pk=row.pk, ref=row.ref).update(ref="", generation=row.generation + 1)
        row.refresh_from_db()
    if row.ref:
        return row
    salon = Salon.objects.get(pk=salon_id)
    # Nothing that may change stands in it, so that the same key asks the same for ever.
    values = {"metadata": {"salon": str(salon.public_id)}}
    api = client.ask()
    made = client.write_once("customer", f"{salon.public_id}-{row.generation}", values, api.customers.create)
    with client.in_our_words():
        made = api.customers.update(made.id, _about(salon))
    StripeCustomer.objects.filter(pk=row.pk, ref="").update(ref=made.id)
    copy(Customer, made)
    row.refresh_from_db()
    return row


def set_default(salon_id: int, ref: str) -> None:
    """See the port."""
    row = known(salon_id)
    _owned(row, ref)
    api = client.ask()
    values = {"invoice_settings": {"default_payment_method": ref}}
    copy(Customer, client.write(row, "default", values, api.customers.update, row.ref))
    running = living(fetch(row.ref) or [], sold_as)
    if running is not None:
        # What a subscription names goes before what its customer names.
        chosen = {"default_payment_method": ref}
        client.write(row, "pays", chosen, api.subscriptions.update, running["id"])
        _note_paying(row.ref, running["id"])


def remove(salon_id: int, ref: str) -> None:
    """See the port."""
    row = known(salon_id)
    _owned(row, ref)
    running = living(fetch(row.ref) or [], sold_as)
    if running is not None and ref in paying(row.ref, running):
        raise GatewayRefused("payment_method", _("Your plan is paid with this card. Choose another one first."))
    copy(PaymentMethod, client.write(row, "detach", {}, client.ask().payment_methods.detach, ref))


def paying(ref: str, running: Any) -> Iterator[str]:
    """What a running subscription is paid with, live."""
    with client.in_our_words():
        default = client.ask().customers.retrieve(ref).invoice_settings.default_payment_method
    yield from [one for one in [running.get("default_payment_method") or default] if one]


def set_tax_id(salon_id: int, value: str) -> None:
    """See the port."""
    salon = Salon.objects.get(pk=salon_id)
    wanted = _read_tax_id(salon.country, value) if value.strip() else None
    row = ensure(salon_id)
    api = client.ask()
    with client.in_our_words():
        before = list(api.customers.tax_ids.list(row.ref, {"limit": 100}).auto_paging_iter())
    same = [one for one in before if wanted and (one.type, _plain(one.value)) == (wanted["type"], wanted["value"])]
    if wanted and not same:
        copy(TaxId, client.write(row, "tax", wanted, api.customers.tax_ids.create, row.ref))
    for one in before:
        if one not in same:
            client.write(row, "tax gone", {}, api.customers.tax_ids.delete, row.ref, one.id)
            TaxId.objects.filter(id=one.id).delete()


def _read_tax_id(country: str, value: str) -> dict[str, str]:
    plain = _plain(value)
    for where, kind, form in _TAX:
        if where == country and form.match(plain):
            return {"type": kind, "value": plain}
    if country not in {where for where, _kind, _form in _TAX} and _EU.match(plain):
        return {"type": "eu_vat", "value": plain}
    if country == "BR":
        raise GatewayRefused("tax_id", _("A CNPJ has 14 digits and a CPF 11. Check the number."))
    raise GatewayRefused("tax_id", _("This is no tax number as your country writes it. Check it."))


def _plain(value: str) -> str:
    return re.sub(r"[\s./-]", "", value).upper()


def _owned(row: StripeCustomer, ref: str) -> None:
    try:
        with client.in_our_words():
            method = client.ask().payment_methods.retrieve(ref)
    except GatewayRefused as error:
        if not client.is_missing(error.__cause__):
            raise
        method = None
    if method is None or method.customer != row.ref:
        raise GatewayRefused("payment_method", _("This card is not yours any more. Load the page again."))


def _note_paying(ref: str, subscription: str) -> None:
    from djstripe.models import Subscription

    with client.in_our_words():
        copy(Subscription, client.ask().subscriptions.retrieve(subscription))


def _about(salon: Salon) -> dict[str, Any]:
    owners = Membership.objects.filter(salon=salon, role="owner", is_active=True).select_related("user")
    owner = owners.order_by("pk").first()
    values: dict[str, Any] = {"name": salon.name, "preferred_locales": [LOCALES.get(salon.language, "en")]}
    if owner is not None:
        values["email"] = owner.user.email
    return values
