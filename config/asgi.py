"""The web process: gate and health first (any Host), then Django's pages, then sockets."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.run")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from channels_wa.gate.server import mount  # noqa: E402
from config.sockets import socket_urls  # noqa: E402
from ops.probes import with_probes  # noqa: E402

# Every page is loaded before the first guest of the portal comes: their click is not to pay for it, and what is there
# when the server starts is left alone by the garbage collector from then on.
for urls in (settings.ROOT_URLCONF, settings.SALON_URLCONF):
    _ = get_resolver(urls).url_patterns

application = mount(with_probes(ProtocolTypeRouter({"http": django_application, "websocket": URLRouter(socket_urls)})))
