"""The web process: gate and health first (any Host), then Django's pages, then sockets."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.run")

import django

django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from api.turns import Handler  # noqa: E402
from billing.gateways.stripe.any_host import with_public_host  # noqa: E402
from channels_wa.gate.server import mount  # noqa: E402
from config.sockets import socket_urls  # noqa: E402
from ops.bodies import MB, with_limits  # noqa: E402
from ops.probes import with_probes  # noqa: E402
from tenants.access.doors import refuse_undeclared  # noqa: E402
from tenants.salons.isolation import refuse_unsafe  # noqa: E402

# A door that does not say to whom it opens keeps the server shut.
refuse_undeclared()
# Nor does one that could mix salons up.
refuse_unsafe()
# Every page is loaded before the first guest of the portal comes: their click is not to pay for it, and what is there
# when the server starts is left alone by the garbage collector from then on.
for urls in (settings.ROOT_URLCONF, settings.SALON_URLCONF):
    _ = get_resolver(urls).url_patterns

# Files of messages and lists of contacts; nginx (docker/nginx.conf) lets pass the same. All else is a form or JSON.
UPLOADS = {r"/media/upload/|/api/v1/media/?|/contacts/imports/": 101 * MB}
limited = with_limits(with_public_host(Handler()), most=5 * MB, larger={**UPLOADS, r"/webhooks/stripe/": MB})
application = mount(with_probes(ProtocolTypeRouter({"http": limited, "websocket": URLRouter(socket_urls)})))
