"""The demo's mail: kept in a folder and shown on /demo/mail/, because a demo has no mail server."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from config.env import env
from ops import clock
from ops.ids import uuid7

KEPT = 100


class DemoBackend(BaseEmailBackend):
    """Writes each mail to STATE_DIR/mail."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the mails; how many."""
        folder = env.state_dir / "mail"
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            mail = {"subject": message.subject, "to": message.to, "body": message.body, "at": clock.now().isoformat()}
            (folder / f"{uuid7()}.json").write_text(json.dumps(mail))
        for old in sorted(folder.glob("*.json"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return len(email_messages)


def kept_mails() -> list[dict[str, Any]]:
    """The demo's mails, newest first."""
    return [_mail(file.read_text()) for file in sorted((env.state_dir / "mail").glob("*.json"), reverse=True)]


def _mail(text: str) -> dict[str, Any]:
    mail = json.loads(text)
    return {**mail, "at": datetime.fromisoformat(mail["at"])}
