"""Every WebSocket address; a consumer names its permission (tenants.access.sockets)."""

from typing import Any

socket_urls: list[Any] = []
