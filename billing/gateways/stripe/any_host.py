"""Stripe's webhook answers under any host name, as the other webhook paths do."""

from typing import Any

from config.env import env
from ops.bodies import Application

PATH = "/webhooks/stripe/"


def with_public_host(inner: Application) -> Application:
    """Let a request to the webhook be one to the public host."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope.get("path") == PATH:
            headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
            scope = {**scope, "headers": [(b"host", env.public_host.encode()), *headers]}
        await inner(scope, receive, send)

    return application
