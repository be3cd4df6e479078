"""Numbers in Graph: what they are, registration, two-step PIN, name and profile (WHATSAPP.md §4, §9)."""

from sandbox.accounts import tier
from sandbox.asgi import JSON, Call
from sandbox.coexistence import sync
from sandbox.graph.errors import GraphError
from sandbox.graph.fields import read_object, selected
from sandbox.happenings import decide_name, told_quality
from sandbox.message_templates.template import sample_of
from sandbox.numbers import GUESSES_MAX, GUESSES_WITHIN_S, HIGH_MPS, Number
from sandbox.world import World

NAME_REVIEW_S = 2.0
_PROFILE = {"about": 139, "address": 256, "description": 512, "email": 128}
_VERTICALS = (
    *("OTHER", "AUTO", "BEAUTY", "APPAREL", "EDU", "ENTERTAIN", "EVENT_PLAN", "FINANCE", "GROCERY", "GOVT", "HOTEL"),
    *("HEALTH", "NONPROFIT", "PROF_SERVICES", "RETAIL", "TRAVEL", "RESTAURANT", "ALCOHOL", "NOT_A_BIZ"),
    *("ONLINE_GAMBLING", "PHYSICAL_GAMBLING", "OTC_DRUGS", "MATRIMONY_SERVICE"),
)


def as_graph(world: World, number: Number) -> JSON:
    """A number with every field that Graph tells."""
    limit = tier(world.accounts.portfolio(number.waba_id).limit)
    can_send = "AVAILABLE" if number.state == "CONNECTED" else "BLOCKED"
    told: JSON = {
        "id": number.phone_number_id,
        "display_phone_number": number.display_phone,
        "verified_name": number.verified_name,
        "quality_rating": number.quality,
        "quality_score": {"score": number.quality},
        "throughput": {"level": "HIGH" if number.throughput_mps >= HIGH_MPS else "STANDARD"},
        "code_verification_status": "VERIFIED",
        "platform_type": "CLOUD_API" if number.registered else "NOT_APPLICABLE",
        "name_status": number.name_status,
        "status": number.state,
        "account_mode": "LIVE",
        "is_official_business_account": False,
        "is_pin_enabled": bool(number.pin),
        "is_on_biz_app": number.coexistence,
        "whatsapp_business_manager_messaging_limit": limit,
        "health_status": {"can_send_message": can_send},
    }
    if number.requested_name:
        told["new_name_status"] = "PENDING_REVIEW"
    if number.onboarded_at:
        told["last_onboarded_time"] = int(number.onboarded_at)
    return told


async def get_number(world: World, call: Call, phone_number_id: str) -> None:
    """GET /{phone_number_id}."""
    number = world.numbers.get(phone_number_id)
    await call.answer_json(selected(as_graph(world, number), call.query().get("fields", "")))


def _pin(wish: JSON) -> str:
    pin = wish.get("pin")
    if not isinstance(pin, str) or len(pin) != 6 or not pin.isdecimal():
        raise GraphError(100, "Param pin must be a string of six digits.")
    return pin


async def _done(world: World, call: Call) -> None:
    world.changed = True
    await call.answer(200, b'{"success":true}')


async def post_number(world: World, call: Call, phone_number_id: str) -> None:
    """POST /{phone_number_id}: set the two-step PIN, or ask for another display name."""
    number = world.numbers.get(phone_number_id)
    wish = await read_object(call)
    name = wish.get("new_display_name", call.query().get("new_display_name"))
    if "pin" in wish:
        number.pin = _pin(wish)
    elif isinstance(name, str) and name.strip():
        number.requested_name = name.strip()
        world.agenda.after(NAME_REVIEW_S, lambda: decide_name(world, number))
    else:
        raise GraphError(100, "One of pin and new_display_name is required.")
    await _done(world, call)


async def post_register(world: World, call: Call, phone_number_id: str) -> None:
    """POST /{phone_number_id}/register: from now on it can send."""
    number = world.numbers.get(phone_number_id)
    wish = await read_object(call)
    if wish.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required and must be whatsapp.")
    pin, now = _pin(wish), world.clock.now()
    if not number.tries("register", now):
        raise GraphError(133016, "Too many attempts to register this number; wait 72 hours.")
    if number.pin and number.pin != pin:
        if not number.tries("guess", now, most=GUESSES_MAX, within_s=GUESSES_WITHIN_S):
            raise GraphError(133008, "Too many PIN guesses for this number; wait an hour.")
        raise GraphError(133005, "The PIN is not this number's two-step verification PIN.")
    was, number.registered, number.pin = number.registered, True, pin
    number.onboarded_at = number.onboarded_at or now
    if not was:
        told_quality(world, number, "ONBOARDING", old="TIER_NOT_SET")
    await _done(world, call)


async def post_deregister(world: World, call: Call, phone_number_id: str) -> None:
    """POST /{phone_number_id}/deregister: it cannot send any more."""
    number = world.numbers.get(phone_number_id)
    await call.body()
    if number.coexistence:
        raise GraphError(100, "A number that is on the WhatsApp Business app can't be deregistered here.")
    if not number.tries("deregister", world.clock.now()):
        raise GraphError(133016, "Too many attempts to deregister this number; wait 72 hours.")
    number.registered = False
    await _done(world, call)


async def get_profile(world: World, call: Call, phone_number_id: str) -> None:
    """GET /{phone_number_id}/whatsapp_business_profile."""
    number = world.numbers.get(phone_number_id)
    profile: JSON = {"about": "Hey there! I am using WhatsApp.", **number.profile, "messaging_product": "whatsapp"}
    if picture := profile.pop("picture", ""):
        profile["profile_picture_url"] = f"{call.base}/scontent/{picture}"
    told = selected(profile, call.query().get("fields", ""))
    await call.answer_json({"data": [{**told, "messaging_product": "whatsapp"}]})


def _checked_profile(wish: JSON) -> JSON:
    checked: JSON = {}
    for field, most in _PROFILE.items():
        if field in wish:
            if not isinstance(wish[field], str) or len(wish[field]) > most or (field == "about" and not wish[field]):
                raise GraphError(100, f"Param {field} must be a string of at most {most} characters.")
            checked[field] = wish[field]
    if checked.get("email") and "@" not in checked["email"]:
        raise GraphError(100, "Param email must be an e-mail address.")
    sites = wish.get("websites")
    if sites is not None:
        good = isinstance(sites, list) and len(sites) <= 2 and all(isinstance(one, str) for one in sites)
        if not good or not all(one.startswith(("http://", "https://")) and len(one) <= 256 for one in sites):
            raise GraphError(100, "Param websites must be at most two web addresses of at most 256 characters.")
        checked["websites"] = sites
    vertical = wish.get("vertical")
    if vertical is not None:
        if vertical not in (*_VERTICALS, "", "UNDEFINED"):
            raise GraphError(100, f"Param vertical must be one of {', '.join(_VERTICALS)}.")
        checked["vertical"] = vertical
    return checked


async def post_profile(world: World, call: Call, phone_number_id: str) -> None:
    """POST /{phone_number_id}/whatsapp_business_profile."""
    number = world.numbers.get(phone_number_id)
    wish = await read_object(call)
    if wish.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required and must be whatsapp.")
    checked = _checked_profile(wish)
    if handle := wish.get("profile_picture_handle"):
        picture = sample_of(str(handle))
        if world.media.get(picture) is None:
            raise GraphError(100, "Param profile_picture_handle was not given by an upload.")
        checked["picture"] = picture
    number.profile.update(checked)
    await _done(world, call)


async def post_sync(world: World, call: Call, phone_number_id: str) -> None:
    """POST /{phone_number_id}/smb_app_data: bring the app's contacts or its history, once, within a day."""
    number = world.numbers.get(phone_number_id)
    wish = await read_object(call)
    kind = wish.get("sync_type")
    if kind not in ("smb_app_state_sync", "history"):
        raise GraphError(100, "Param sync_type must be smb_app_state_sync or history.")
    if not number.coexistence:
        raise GraphError(100, "This number is not on the WhatsApp Business app.")
    if world.clock.now() - number.onboarded_at > 24 * 3600:
        raise GraphError(2593108, "The sync can be asked for within 24 hours of onboarding.")
    if kind in number.synced:
        raise GraphError(2593107, "The sync was asked for already.")
    number.synced.append(kind)
    sync(world, number, str(kind))
    world.changed = True
    await call.answer_json({"messaging_product": "whatsapp", "request_id": f"{kind}-{number.phone_number_id}"})
