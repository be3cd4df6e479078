"""A flow tells a program something and goes on: one POST, signed as Standard Webhooks say, tried for a day.

`webhook-id` stays the same over all tries; `webhook-signature` is made with the secret that the node names, if any.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.utils.translation import gettext_noop

from flows.models import Flow, FlowCall
from flows.runtime import http_call
from flows.runtime.http_call import SECRET_MISSING, Came, NoCall, Prepared
from flows.runtime.secrets import Opened
from ops import clock
from ops.salon import current_salon_id
from tenants.alerts.actions import NewAlert, raise_alert
from tenants.alerts.models import Level
from tenants.alerts.webhook import PREFIX, signed
from tenants.alerts.words import Words

# As the salon's own webhook of alerts: five seconds first, then up to a day in all.
AGAIN: Final = [timedelta(seconds=5), *(timedelta(minutes=minutes) for minutes in (5, 30, 120, 300, 600))]
GONE = 410
_LIMITS = {"timeout_s": 15, "most_bytes": 64 * 1024}


def prepare(request: Mapping[str, Any], secrets: Mapping[str, Opened], *, key: str) -> Prepared:
    """Put the call together. Raises NoCall."""
    payload = {**request, **_LIMITS, "method": "POST", "body_type": "json"}
    call = http_call.prepare(payload, secrets, key=key)
    name = request.get("secret")
    if not name:
        return call
    if name not in secrets:
        raise NoCall(SECRET_MISSING, f"there is no secret {name}")
    moment, body = int(clock.real().timestamp()), call.body or b""
    return call.with_headers(signed(key, moment, body, _key(secrets[name].value)))


def again(call: FlowCall, came: Came) -> timedelta | None:
    """When it is tried once more; None if it was taken, or never will be."""
    if came.error in (http_call.REFUSED, SECRET_MISSING) or came.status == GONE:
        return None
    if not came.error and 200 <= (came.status or 0) < 300:
        return None
    return AGAIN[call.attempts - 1] if 0 < call.attempts <= len(AGAIN) else None


def give_up(call: FlowCall, came: Came) -> None:
    """Nobody waits for it, so somebody is told."""
    flow = Flow.objects.get(pk=call.flow_id)
    raise_alert(
        current_salon_id() or 0,
        NewAlert(
            key=f"flow:{flow.public_id}:webhook:{call.node}"[:120],
            kind="flow.webhook_failed",
            level=Level.WARNING,
            title=Words(gettext_noop("A webhook of the flow %(flow)s does not arrive"), {"flow": flow.name}),
            text=Words(
                gettext_noop("We tried and gave up (%(error)s). Check the address of the step %(node)s."),
                {"error": (came.detail or f"HTTP {came.status}")[:200], "node": call.node},
            ),
            link=f"/flows/{flow.public_id}/",
            link_words=Words(gettext_noop("Look at the flow")),
            is_notice=True,
        ),
    )


def _key(secret: str) -> str:
    """The secret as `signed` wants it: one that other programs gave out begins with whsec_, any other is its bytes."""
    if secret.startswith(PREFIX):
        try:
            base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            pass
        else:
            return secret
    return base64.b64encode(secret.encode()).decode()
