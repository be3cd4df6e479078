"""Embedded signup by Meta's redirect dialog.

A member starts on the salon's host, Meta sends them back to one fixed address on the public host, and they finish on
the salon's host. No cookie makes that whole way, so a row does, and three secrets of which only hashes are kept:

- `state` goes to Meta and comes back. It opens the row once; the code that comes with it lives for 30 seconds and is
  exchanged at once.
- `finish` is made then and goes to the browser that came back, by redirect.
- the session of the member who began. Only it may finish, and only with `finish`: so whoever lures somebody through the
  dialog with a state of their own gets nothing, and whoever is lured ends at a page of a salon that is not theirs.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from channels_wa.adapters.cloud_api.graph import GraphClient, GraphError
from channels_wa.numbers import meta, words
from channels_wa.numbers.connecting import CannotConnect, check_token
from channels_wa.numbers.models import Number, Signup
from channels_wa.numbers.words import Refused
from config.env import env
from ops import clock
from ops.sealing import place
from tenants.salons.hosts import public_url
from tenants.salons.keys import box_of

VALID_FOR = timedelta(minutes=15)
RETURN_PATH = "/connect/meta/return/"
_SALT = "number signup"
_LONGEST = 2000
# Stands before what is no hash any more: its secret was used.
_USED = "used-"


@dataclass(frozen=True, slots=True)
class Offer:
    """A number that the dialog gave us access to."""

    waba_id: str
    facts: meta.Facts
    is_ours: bool
    """Connected in this salon already."""


def is_possible() -> bool:
    """Whether this installation has an app and a configuration for the dialog."""
    return bool(env.meta_app_id and env.meta_config_id)


def redirect_uri() -> str:
    """The one address to which Meta sends people back; it must be entered in the app's settings as it is."""
    return public_url(RETURN_PATH)


def begin(*, salon_id: int, user_id: int, session_key: str, number: Number | None = None) -> str:
    """The address of the dialog for this member."""
    state = secrets.token_urlsafe(32)
    # One at a time: an older try of the same person ends here.
    Signup.objects.filter(salon_id=salon_id, user_id=user_id).delete()
    Signup.objects.create(
        salon_id=salon_id,
        user_id=user_id,
        number_id=number.pk if number else None,
        session_hash=_hash(session_key),
        state_hash=_hash(state),
        expires_at=clock.real() + VALID_FOR,
    )
    query = {
        "client_id": env.meta_app_id,
        "redirect_uri": redirect_uri(),
        "response_type": "code",
        "config_id": env.meta_config_id,
        "state": signing.dumps(state, salt=_SALT),
    }
    return f"{env.meta_dialog_url.rstrip('/')}/{env.whatsapp_graph_version}/dialog/oauth?{urlencode(query)}"


def come_back(state: str, *, code: str, denied: bool) -> tuple[Signup, str] | None:
    """Meta sent somebody back: exchange the code now. The row and the secret to finish with; None for a false state."""
    signup = _opened(state)
    if signup is None:
        return None
    if denied or not code or len(code) > _LONGEST:
        signup.step = Signup.Step.FAILED
        signup.problem = _("The dialog was closed before WhatsApp gave access. Nothing was changed.")
    else:
        _exchange(signup, code, redirect_uri=redirect_uri())
    finish = secrets.token_urlsafe(32)
    signup.finish_hash = _hash(finish)
    signup.save(update_fields=["step", "problem", "finish_hash", "sealed_token"])
    return signup, finish


def hold(salon_id: int, code: str, *, redirect_uri: str, holder: str) -> Signup:
    """Exchange a code that a program got from the dialog, and hold its token for this program. Raises CannotConnect."""
    signup = Signup(
        salon_id=salon_id,
        user_id=0,
        session_hash=_hash(holder),
        state_hash=_hash(secrets.token_urlsafe(32)),
        finish_hash=f"{_USED}{secrets.token_hex(8)}",
        step=Signup.Step.BACK,
        expires_at=clock.real() + VALID_FOR,
    )
    signup.save()
    _exchange(signup, code, redirect_uri=redirect_uri)
    if signup.step == Signup.Step.FAILED:
        signup.delete()
        raise CannotConnect(Refused(signup.problem, "code"))
    signup.save(update_fields=["sealed_token"])
    return signup


def arrive(finish: str, *, salon_id: int, user_id: int, session_key: str) -> Signup | None:
    """The row of the member who came back to the salon's host; the secret is used up. None if it is not theirs."""
    rows = Signup.objects.filter(finish_hash=_hash(finish), expires_at__gt=clock.real())
    mine = rows.filter(salon_id=salon_id, user_id=user_id, session_hash=_hash(session_key)).first()
    if mine is None or not rows.filter(pk=mine.pk).update(finish_hash=f"{_USED}{mine.pk}"):
        return None
    return mine


def mine(public_id: UUID, *, salon_id: int, user_id: int, session_key: str) -> Signup | None:
    """The row of a member who has arrived, until it ends."""
    return Signup.objects.filter(
        public_id=public_id,
        salon_id=salon_id,
        user_id=user_id,
        session_hash=_hash(session_key),
        finish_hash__startswith=_USED,
        expires_at__gt=clock.real(),
    ).first()


def offers(signup: Signup) -> list[Offer]:
    """The numbers that the token reaches. Raises CannotConnect."""
    token = token_of(signup)
    grant = check_token(token)
    client = GraphClient(token)
    ours = set(Number.objects.filter(salon_id=signup.salon_id).values_list("phone_number_id", flat=True))
    found: list[Offer] = []
    for waba_id in grant.waba_ids if grant else ():
        try:
            found += [Offer(waba_id, one, one.phone_number_id in ours) for one in meta.numbers_of(client, waba_id)]
        except GraphError as error:
            raise CannotConnect(words.refused(error)) from None
    return found


def token_of(signup: Signup) -> str:
    """The token that the dialog gave. Raises CannotOpen."""
    return box_of(signup.salon_id).open(bytes(signup.sealed_token), _place(signup)).decode()


def end(signup: Signup) -> None:
    """It is finished; the number has its token, so this one goes."""
    signup.delete()


@transaction.atomic
def _opened(state: str) -> Signup | None:
    try:
        secret = signing.loads(state[:_LONGEST], salt=_SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        return None
    rows = Signup.objects.select_for_update().filter(state_hash=_hash(str(secret)), step=Signup.Step.BEGUN)
    signup = rows.filter(expires_at__gt=clock.real()).first()
    if signup is not None:
        # Before anything is asked of Meta: a second request with the same state finds nothing.
        signup.step = Signup.Step.BACK
        signup.save(update_fields=["step"])
    return signup


def _exchange(signup: Signup, code: str, *, redirect_uri: str) -> None:
    try:
        token = meta.exchange(code, redirect_uri=redirect_uri)
    except GraphError as error:
        signup.step, signup.problem = Signup.Step.FAILED, str(words.refused(error).text)[:300]
        return
    if not token:
        signup.step = Signup.Step.FAILED
        signup.problem = _("WhatsApp does not answer just now. Nothing was changed; try again.")
        return
    signup.sealed_token = box_of(signup.salon_id).seal(token.encode(), _place(signup))


def _place(signup: Signup) -> bytes:
    return place(signup.salon_id, "number_signup", "sealed_token", signup.pk)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
