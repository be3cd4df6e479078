"""Run by `manage.py shell` inside the product (I26): makes one of every secret that the product gives out or keeps for
somebody, and prints them, as nobody else ever could again."""

import base64
import json
import secrets

from allauth.mfa.adapter import get_adapter
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from channels_wa.numbers.actions import seal_token
from channels_wa.numbers.models import Number
from crm.bookings.feeds import actions as feeds
from crm.bookings.models import Professional
from flows.runtime import secrets as vault
from ops.salon import inside
from tenants.access.keys import NewKey, add_key, make_key, replace_key, rotate_key
from tenants.accounts import handover
from tenants.accounts.keeping import SessionStore
from tenants.accounts.models import User
from tenants.alerts import webhook
from tenants.alerts.models import AlertWebhook
from tenants.members.models import Member
from tenants.salons.models import Salon

NOBODYS = "9" * 15


def main() -> dict[str, str]:
    """The secrets by what they are."""
    salon = Salon.objects.get(slug="demo")
    person, _made = User.objects.get_or_create(email="planted@example.com", defaults={"name": "Planted"})
    found = {"password": secrets.token_urlsafe(18), "authenticator": generate_totp_secret()}
    person.set_password(found["password"])
    person.save()
    TOTP.activate(person, found["authenticator"])
    # The codes themselves have eight digits, which any dump has somewhere; all of them follow from the seed.
    found["seed of recovery codes"] = get_adapter().decrypt(RecoveryCodes.activate(person).instance.data["seed"])
    session = SessionStore()
    session["mfa.totp.secret"] = found["authenticator that is being set up"] = generate_totp_secret()
    session.save()
    found["session"] = session.session_key or ""
    found["entry code"] = handover.make(person, salon, next_path="/", session_key=found["session"])[0]
    found["key of the command"] = make_key(salon.pk, name="planted")
    found["key after rotation"] = rotate_key(salon.pk, name="planted")
    with inside(salon.pk):
        by = Member.objects.order_by("pk").first()
        assert by is not None
        row, found["key"] = add_key(salon.pk, NewKey("planted too", "", ["contacts.see"]), by=by)
        found["key that replaces it"] = replace_key(row, overlap=webhook.OVERLAP, expires_at=None, by=by)[1]
        found["secret of a flow"] = secrets.token_urlsafe(24)
        vault.add(f"PLANTED_{secrets.token_hex(4)}", found["secret of a flow"], ["api.example.com"], by=by)
        hook, _made = AlertWebhook.objects.get_or_create(
            pk=1, defaults={"url": "https://example.com/", "is_active": False, "level": "info"}
        )
        found["webhook's secret"] = webhook._new_secret(hook)
        hook.save()
        found["webhook's next secret"] = webhook.renew_secret(by=by)
        found["calendar's address"] = feeds.make(Professional.objects.order_by("pk")[0], by=by)
        # Of a number that is nobody's, so that the demo's goes on.
        number = Number(salon_id=salon.pk, phone_number_id=NOBODYS, waba_id=NOBODYS, state="disconnected")
        found["token"] = f"EAA{secrets.token_hex(24)}"
        number.save()
        seal_token(number, found["token"])
        number.save()
    return found


if __name__ in ("__main__", "django.core.management.commands.shell", "builtins"):
    print("HANDED OUT " + base64.b64encode(json.dumps(main()).encode()).decode())
