"""The salon's own program hears of alerts: one POST each, signed as Standard Webhooks (standardwebhooks.com) says.

`webhook-id` stays the same over all tries of one telling, so that the receiver can leave out what it has;
`webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over `<id>.<timestamp>.<body>` with the secret's bytes. For a
day after the secret was renewed there are two signatures, by the new secret and by the one before.
"""

import base64
import hashlib
import hmac
import json
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from ops import clock, safe_http
from ops.safe_http import BadAddress, Failed, Forbidden
from ops.salon import current_salon_id
from ops.sealing import place
from portal.frame.rendering import as_on_a_page
from tenants.alerts.models import Alert, AlertDelivery, AlertWebhook, Level
from tenants.alerts.telling import Channel, What, plan
from tenants.alerts.words import Words
from tenants.audit import actions as audit
from tenants.members.models import Member
from tenants.salons.hosts import salon_url
from tenants.salons.keys import box_of
from tenants.salons.models import Salon

PREFIX = "whsec_"
_SECRET_BYTES = 24
# So long a renewed secret's predecessor signs beside it: the receiver changes over without missing a call.
OVERLAP = timedelta(days=1)
_LIMITS = safe_http.Limits(most_bytes=64 * 1024, total_s=15.0)
GONE = 410
FAILS = "alert_webhook"


class NotTaken(Exception):
    """The program did not take it; the text is for the salon's people."""


class BadWebhook(ValueError):
    """The address cannot be used; the text says why."""


def webhook_of_salon() -> AlertWebhook | None:
    """The salon's webhook, if it has one."""
    return AlertWebhook.objects.first()


@transaction.atomic
def save(url: str, level: Level, *, by: Member) -> str:
    """Tell this address from now on; the secret when it is a new one, shown once. Raises BadWebhook."""
    try:
        safe_http.check_address(url)
    except BadAddress as error:
        raise BadWebhook(str(error)) from None
    except Forbidden as error:
        raise BadWebhook(str(error)) from None
    webhook = AlertWebhook.objects.select_for_update().first()
    secret = ""
    if webhook is None:
        webhook = AlertWebhook(pk=1)
        secret = _new_secret(webhook)
    before = webhook.url
    webhook.url, webhook.level, webhook.is_active, webhook.error = url, level, True, ""
    webhook.save()
    # The query of an address often carries a key.
    shown = {"url": url.partition("?")[0], "level": str(level)}
    audit.record("alert_webhook.saved", subject=webhook.public_id, by=by, before=before.partition("?")[0], after=shown)
    return secret


@transaction.atomic
def renew_secret(*, by: Member) -> str:
    """A new secret, shown once; the old one signs beside it for OVERLAP. Raises AlertWebhook.DoesNotExist."""
    webhook = AlertWebhook.objects.select_for_update().get()
    secret = _new_secret(webhook, before=secrets_of(webhook)[0])
    webhook.save(update_fields=["sealed_secret"])
    audit.record("alert_webhook.secret_renewed", subject=webhook.public_id, by=by)
    return secret


@transaction.atomic
def remove(*, by: Member) -> None:
    """Tell no program any more."""
    webhook = AlertWebhook.objects.select_for_update().first()
    if webhook is not None:
        audit.record("alert_webhook.removed", subject=webhook.public_id, by=by)
        webhook.delete()
        _clear_failing()


@transaction.atomic
def test() -> None:
    """Send a test to the webhook, at once."""
    plan(current_salon_id() or 0, [AlertDelivery(channel=Channel.WEBHOOK, what=What.TEST)])


def call(delivery: AlertDelivery) -> bool:
    """Tell the program; False when nobody wants to hear it any more. Raises NotTaken."""
    webhook = webhook_of_salon()
    if webhook is None or not webhook.is_active:
        return False
    body = json.dumps(payload(delivery), ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Cadeira",
        **signed(str(delivery.public_id), int(clock.real().timestamp()), body, *secrets_of(webhook)),
    }
    try:
        answer = safe_http.fetch(webhook.url, method="POST", headers=headers, body=body, limits=_LIMITS)
    except (BadAddress, Forbidden) as error:
        raise NotTaken(f"the address cannot be used: {error}") from None
    except (Failed, TimeoutError) as error:
        raise NotTaken(f"no answer ({error})") from None
    if answer.status == GONE:
        # It says itself that it wants nothing more.
        AlertWebhook.objects.filter(pk=webhook.pk).update(is_active=False)
    if not 200 <= answer.status < 300:
        raise NotTaken(f"it answered HTTP {answer.status}")
    return True


def signed(message_id: str, timestamp: int, body: bytes, *by: str) -> dict[str, str]:
    """The headers that prove where a call comes from, one signature by each secret."""
    text = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    keys = [base64.b64decode(secret.removeprefix(PREFIX)) for secret in by]
    macs = [base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode() for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{mac}" for mac in macs),
    }


def payload(delivery: AlertDelivery) -> dict[str, Any]:
    """What the program gets, in the salon's language."""
    salon = Salon.objects.get(pk=current_salon_id())
    with as_on_a_page(language=salon.language, time_zone=salon.time_zone):
        data = _data(delivery.alert, salon.slug) if delivery.alert else {"salon": salon.slug}
    return {"type": f"alert.{delivery.what}", "timestamp": delivery.created_at.isoformat(), "data": data}


def note(error: str, *, given_up: bool = False) -> None:
    """Keep what the latest call came to, where the salon's people see it."""
    AlertWebhook.objects.update(tried_at=clock.now(), error=error[:300])
    if given_up:
        _raise_failing(error)
    elif not error:
        _clear_failing()


def secrets_of(webhook: AlertWebhook) -> list[str]:
    """The secret in the clear, then the one before while it still signs. Raises CannotOpen."""
    salon_id = current_salon_id() or 0
    # `new`, or `new until before`.
    new, _, before = box_of(salon_id).open(bytes(webhook.sealed_secret), _place(salon_id)).decode().partition(" ")
    until, _, old = before.partition(" ")
    return [new, old] if old and float(until) > clock.now().timestamp() else [new]


def _new_secret(webhook: AlertWebhook, *, before: str = "") -> str:
    salon_id = current_salon_id() or 0
    secret = PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    kept = f"{secret} {(clock.now() + OVERLAP).timestamp():.0f} {before}" if before else secret
    webhook.sealed_secret = box_of(salon_id).seal(kept.encode(), _place(salon_id))
    return secret


def _place(salon_id: int) -> bytes:
    return place(salon_id, "alert_webhook", "sealed_secret", 1)


def _data(alert: Alert, slug: str) -> dict[str, Any]:
    return {
        "id": str(alert.public_id),
        "kind": alert.kind,
        "level": alert.level,
        "title": alert.title_words,
        "text": alert.text_words,
        "url": salon_url(slug, alert.link or "/settings/alerts/"),
        "opened_at": alert.opened_at.isoformat(),
        "closed_at": alert.closed_at.isoformat() if alert.closed_at else None,
        "salon": slug,
    }


def _raise_failing(error: str) -> None:
    from tenants.alerts.actions import NewAlert, raise_alert  # late: actions tell, and telling ends here

    raise_alert(
        current_salon_id() or 0,
        NewAlert(
            key=FAILS,
            kind="alert_webhook.failed",
            level=Level.WARNING,
            title=Words(gettext_noop("Your alert webhook does not answer")),
            text=Words(
                gettext_noop("We tried for a day (%(error)s) and gave up. Check the address, then send a test."),
                {"error": error},
            ),
            link="/settings/alerts/ways/",
            link_words=Words(gettext_noop("Check it")),
        ),
    )


def _clear_failing() -> None:
    from tenants.alerts.actions import clear_alert  # late: see above

    clear_alert(current_salon_id() or 0, FAILS)
