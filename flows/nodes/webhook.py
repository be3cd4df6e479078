"""Tell another server something and go on."""

from typing import Any

from flows.engine.context import Context
from flows.engine.events import Effect
from flows.nodes.base import Node, Step, register
from flows.nodes.outside import Headers, Json, Url, check_sent
from flows.nodes.settings import Name


@register("webhook")
class Webhook(Node):
    """Send JSON to an address by POST, without waiting for what comes back; it is signed with a secret if one is named.

    {"id": "n6", "type": "webhook", "url": "https://hooks.example.com/cadeira", "secret": "HOOK_KEY",
     "body": {"event": "lead", "name": "{{ contact.name }}", "guests": "{{ vars.guests }}"}}
    body: a text that is one blank and nothing else becomes the value itself; headers as in http_request
    exits: done, error (something cannot be worked out)
    """

    url: Url
    body: Json
    secret: Name | None = None
    headers: Headers = {}

    def exits(self) -> tuple[str, ...]:
        return ("done", "error")

    def secrets(self) -> frozenset[str]:
        """The names of the secrets that it needs."""
        found: set[str] = set(self.url.secrets) | self.body.secrets
        for template in self.headers.values():
            found |= template.secrets
        return frozenset(found | ({self.secret} if self.secret else set()))

    def run(self, ctx: Context) -> Step:
        payload: dict[str, Any] = {
            "url": ctx.render(self.url),
            "body": self.body.text(ctx),
            "secret": self.secret,
            "headers": {name: ctx.render(text) for name, text in self.headers.items()},
        }
        check_sent(payload["url"], payload["body"], headers=payload["headers"])
        return Step("done", [Effect("webhook", payload)])
