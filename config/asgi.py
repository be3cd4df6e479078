"""The web process: gate and health first (any Host), then Django's pages, then sockets."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.run")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from channels_wa.gate.server import mount  # noqa: E402
from config.sockets import socket_urls  # noqa: E402
from ops.probes import with_probes  # noqa: E402

application = mount(with_probes(ProtocolTypeRouter({"http": django_application, "websocket": URLRouter(socket_urls)})))
