"""Where Stripe's own pages are, to which a browser may be led (settings.GATEWAY_PAGES). Imports no Django."""

from urllib.parse import urlsplit

from config.env import env


def pages() -> list[str]:
    """Stripe's own; of a stand-in that answers on this machine, its host under both names of it."""
    found = ["https://*.stripe.com"]
    api = urlsplit(env.stripe_api_base)
    if api.hostname in ("127.0.0.1", "localhost"):
        port = f":{api.port}" if api.port else ""
        found += [f"{api.scheme}://{host}{port}" for host in ("localhost", "127.0.0.1")]
    return found
