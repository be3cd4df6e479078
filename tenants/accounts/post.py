"""Mail about accounts. A request writes a row, a worker sends it.

So an answer takes the same time whether there was somebody to write to or not, and a mail server that is slow or away
delays mail and nothing else. What is in the mail lies sealed, and the row goes with the sending.
"""

import json
import logging
import time
from datetime import timedelta

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction

from ops import bell, claim, clock
from ops.sealing import PlatformBox
from tenants.accounts.models import MailItem

log = logging.getLogger(__name__)

# A mail server may be away for some hours.
QUEUE = claim.Queue("mail_item", ("sealed",), ordered=False, max_attempts=30)
LEASE = timedelta(seconds=60)
LOOK_FOR = timedelta(seconds=5)
BATCH = 5
_PURPOSE = "account mail"
_AAD = b"mail_item.sealed"
_HTML = "text/html"


def put(message: EmailMessage, *, is_real: bool = True) -> None:
    """Have a mail sent soon; one that is not real costs as much work and is sent to nobody."""
    html = [part[0] for part in getattr(message, "alternatives", []) if part[1] == _HTML]
    letter = {
        "to": message.to,
        "from": message.from_email,
        "subject": str(message.subject),
        "body": str(message.body),
        "html": str(html[0]) if html else "",
    }
    sealed = PlatformBox(_PURPOSE).seal(json.dumps(letter).encode(), _AAD)
    with transaction.atomic():
        MailItem.objects.create(sealed=sealed, due_at=clock.real(), state="pending" if is_real else "void")
        transaction.on_commit(lambda: bell.ring("post"))


def run() -> int:
    """Send what waits, for at most five seconds; how many."""
    until, done = clock.real() + LOOK_FOR, 0
    while clock.real() < until and (rows := claim.claim(QUEUE, limit=BATCH, lease=LEASE)):
        for row in rows:
            done += _send(row)
    return done


def bring(*, within_s: float) -> None:
    """Send what waits, and wait for what another process is sending just now."""
    run()
    until = time.monotonic() + within_s
    while time.monotonic() < until and MailItem.objects.filter(state="pending").exists():
        time.sleep(0.05)


def _send(row: claim.Claimed) -> int:
    try:
        letter = json.loads(PlatformBox(_PURPOSE).open(row.values["sealed"], _AAD))
        message = EmailMultiAlternatives(letter["subject"], letter["body"], letter["from"], letter["to"])
        if letter["html"]:
            message.attach_alternative(letter["html"], _HTML)
        message.send()
    except Exception as error:
        # Its text may name the address; the kind says enough.
        log.warning("mail %s was not sent: %s", row.id, type(error).__name__)
        claim.retry(QUEUE, row, type(error).__name__)
        return 0
    MailItem.objects.filter(pk=row.id, fence=row.fence).delete()
    return 1
