"""Opening a salon from the command line, with what the demo needs."""

import json
import random
import secrets
import time
import urllib.request
from dataclasses import asdict, dataclass, field

from allauth.account.models import EmailAddress

from billing.plans.models import Plan
from channels_wa.numbers.actions import NewNumber, connect
from channels_wa.numbers.models import Number
from channels_wa.numbers.notes import note_limit, note_quality
from config.env import env
from crm.bookings import demo
from crm.consent import policy
from crm.contacts.models import Contact
from flows.gallery.install import install_demo_flows
from ops.salon import run_in_salon
from tenants.access.keys import make_key
from tenants.accounts.models import User
from tenants.salons.actions import CannotOpen, NewSalon, open_salon
from tenants.salons.hosts import salon_url
from tenants.salons.models import Salon

KEY_NAME = "first key"
# The demo's number is at Meta's highest tier, so that trials and benches are not throttled.
DEMO_THROUGHPUT_MPS = 1000
_SANDBOX_WAIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Opened:
    """What the command prints; None where something was not made."""

    slug: str
    salon_url: str
    owner_email: str
    owner_password: str | None = field(repr=False)
    api_key: str = field(repr=False)
    phone_number_id: str | None = None
    waba_id: str | None = None
    display_phone: str | None = None

    def as_json(self) -> str:
        """One line of JSON with the names of the contract."""
        return json.dumps(asdict(self))


def open_for(new: NewSalon, *, owner_email: str, demo: bool) -> Opened:
    """Open a salon for an owner, who is registered if need be. Raises tenants.salons.actions.CannotOpen."""
    if not Plan.objects.filter(code=new.plan).exists():
        known = ", ".join(Plan.objects.values_list("code", flat=True))
        raise CannotOpen("plan", f"{new.plan!r} is no plan; there are {known}.")
    owner, password = person(owner_email)
    salon = open_salon(new, owner=owner)
    number = give_demo_parts(salon) if demo else None
    return Opened(
        slug=salon.slug,
        salon_url=salon_url(salon.slug),
        owner_email=owner.email,
        owner_password=password,
        api_key=make_key(salon.pk, name=KEY_NAME),
        phone_number_id=number.phone_number_id if number else None,
        waba_id=number.waba_id if number else None,
        display_phone=number.display_phone if number else None,
    )


def person(email: str, *, operator: bool = False) -> tuple[User, str | None]:
    """The person with this address, and the password if they were registered just now."""
    found = User.objects.filter(email=email.lower()).first()
    if found is not None:
        return found, None
    password = secrets.token_urlsafe(12)
    make = User.objects.create_superuser if operator else User.objects.create_user
    made = make(email, password, name=email.partition("@")[0].title())
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made, password


def give_demo_parts(salon: Salon) -> Number:
    """A sandbox number, the demo's flows, and a first contact."""
    digits = f"{random.randrange(10**7, 10**8)}"  # noqa: S311 - a made-up telephone number, no secret
    number = connect(
        salon.pk,
        NewNumber(
            phone_number_id=f"10{salon.pk:05d}{digits}",
            waba_id=f"20{salon.pk:05d}{digits}",
            display_phone=f"+55 11 9{digits[:4]}-{digits[4:]}",
            token=f"sandbox-{secrets.token_urlsafe(24)}",
            name=salon.name,
            throughput_mps=DEMO_THROUGHPUT_MPS,
            via="demo",
            is_warmed_up=True,
        ),
    )
    note_limit(number, "TIER_UNLIMITED")
    note_quality(number, Number.Quality.GREEN)
    run_in_salon(salon.pk, _fill)
    return number


def tell_sandbox(numbers: list[Number], *, wait_s: float = _SANDBOX_WAIT_S) -> bool:
    """Make the numbers known to the sandbox, so that the phone page offers them; False when it does not answer."""
    until = time.monotonic() + wait_s
    for number in numbers:
        body = {
            "phone_number_id": number.phone_number_id,
            "waba_id": number.waba_id,
            "display_phone": number.display_phone,
            "verified_name": number.name,
            "throughput_mps": number.throughput_mps,
        }
        while not _post(f"{env.whatsapp_graph_url}/_sandbox/numbers", body):
            if time.monotonic() > until:
                return False
            time.sleep(0.2)
    return True


def _fill() -> None:
    install_demo_flows()
    demo.fill()
    # Whoever tries it at night, or sends five offers to one guest, wants to see them arrive.
    policy.change({"quiet_from": None, "quiet_until": None, "marketing_per_week": None}, by=None)
    Contact.objects.create(name="Marina Costa", language="pt-br")


def _post(url: str, body: dict[str, object]) -> bool:
    request = urllib.request.Request(  # noqa: S310 - our own setting, not an address a user gave
        url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False
