"""The demo's simulated phone: how a new salon gets its first message."""

from channels_wa.numbers.queries import own_numbers
from config.env import env


def phone_url() -> str:
    """Where one writes to this salon as a guest; empty outside of the demo and without a number."""
    number = own_numbers().order_by("pk").values_list("phone_number_id", flat=True).first() if env.demo else None
    return f"http://localhost:{env.sandbox_port}/phone?pnid={number}" if number else ""
