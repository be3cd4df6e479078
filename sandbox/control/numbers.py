"""Numbers, their tokens and codes."""

from sandbox.accounts import Account
from sandbox.asgi import Call
from sandbox.numbers import COEXISTENCE_MPS, DEFAULT_MPS, MAX_MPS, Number
from sandbox.people import DAY_S
from sandbox.wishes import BadField, choice, flag, text_field, whole, wish_of
from sandbox.world import World

LIMIT_MAX = 10_000_000
STATES = ("", "CONNECTED", "FLAGGED", "RESTRICTED", "BANNED", "PENDING", "MIGRATED", "DISCONNECTED")


def known_number(world: World, phone_number_id: str) -> Number:
    """A registered number; raises BadField."""
    number = world.numbers.registered_as(phone_number_id)
    if number is None:
        raise BadField("phone_number_id", "is not a registered number")
    return number


async def post_numbers(world: World, call: Call) -> None:
    """Register a number, or change what is named of it; again with the same values changes nothing."""
    wish = await wish_of(call)
    phone_number_id = text_field(wish, "phone_number_id", required=True, longest=40)
    waba_id = text_field(wish, "waba_id", required=True, longest=40)
    display_phone = text_field(wish, "display_phone", required=True, longest=40)
    name = text_field(wish, "verified_name") or display_phone
    number = world.numbers.registered_as(phone_number_id)
    on_app = flag(wish, "coexistence", number.coexistence if number else False)
    usual = number.throughput_mps if number else COEXISTENCE_MPS if on_app else DEFAULT_MPS
    mps = whole(wish, "throughput_mps", usual, 1, MAX_MPS) or usual
    strict = flag(wish, "strict_window", number.strict_window if number else False)
    registered = flag(wish, "registered", number.registered if number else True)
    status = choice(wish, "status", STATES, number.status if number else "")
    limit = whole(wish, "messaging_limit", None, 1, LIMIT_MAX)
    business_id = text_field(wish, "business_id", longest=40)
    if number is None:
        number = Number(phone_number_id, waba_id, display_phone, name, throughput_mps=mps)
    number.waba_id, number.display_phone, number.verified_name = waba_id, display_phone, name
    if mps != number.throughput_mps:
        number.set_speed(mps)
    number.strict_window, number.registered, number.coexistence, number.status = strict, registered, on_app, status
    if on_app and not number.onboarded_at:
        number.onboarded_at = world.clock.now()
    world.numbers.put(number)
    if business_id or "messaging_limit" in wish:
        world.accounts.get(waba_id, name)
        if business_id:
            world.accounts.move(waba_id, business_id)
        if "messaging_limit" in wish:
            world.accounts.portfolio(waba_id).limit = limit
    world.changed = True
    world.save()
    await call.answer_json(number.as_saved())


async def get_numbers(world: World, call: Call) -> None:
    """The registered numbers."""
    await call.answer_json({"results": [number.as_saved() for number in world.numbers.registered()]})


async def delete_numbers(world: World, call: Call) -> None:
    """Take ?phone_number_id= out of the world."""
    number = known_number(world, call.query().get("phone_number_id", ""))
    world.numbers.remove(number.phone_number_id)
    world.changed = True
    await call.answer_json({"removed": number.phone_number_id})


def account_of(world: World, phone_number_id: str, waba_id: str) -> Account:
    """The account that a wish names, itself or by one of its numbers; raises BadField."""
    if phone_number_id:
        number = known_number(world, phone_number_id)
        return world.accounts.get(number.waba_id, number.verified_name)
    numbers = world.numbers.of_waba(waba_id)
    if not numbers:
        raise BadField("waba_id", "is not the account of a registered number")
    return world.accounts.get(waba_id, numbers[0].verified_name)


async def post_tokens(world: World, call: Call) -> None:
    """Issue a token for an account, as Meta's manager does; with `strict` the account takes issued ones only."""
    wish = await wish_of(call)
    account = account_of(world, text_field(wish, "phone_number_id"), text_field(wish, "waba_id"))
    lifetime = whole(wish, "lifetime_s", 0, 0, int(365 * DAY_S)) or 0
    if flag(wish, "strict", False):
        world.tokens.insist(account.waba_id)
    grant = world.tokens.issue([account.waba_id], app_id=text_field(wish, "app_id"), lifetime_s=float(lifetime))
    world.faults.drop("token_expired")
    world.changed = True
    world.save()
    await call.answer_json({"access_token": grant.token, "waba_id": account.waba_id, "expires_at": grant.expires_at})


async def delete_tokens(world: World, call: Call) -> None:
    """Every token of ?waba_id= or ?phone_number_id= expires now; the account takes only what is issued later."""
    query = call.query()
    account = account_of(world, query.get("phone_number_id", ""), query.get("waba_id", ""))
    world.tokens.expire(account.waba_id)
    world.changed = True
    await call.answer_json({"expired": account.waba_id})


async def post_codes(world: World, call: Call) -> None:
    """A code as the dialog would give it, for programs that have no browser."""
    wish = await wish_of(call)
    account = account_of(world, text_field(wish, "phone_number_id"), text_field(wish, "waba_id"))
    address, app = text_field(wish, "redirect_uri", longest=2000), text_field(wish, "client_id")
    await call.answer_json({"code": world.tokens.code_for([account.waba_id], redirect_uri=address, client_id=app)})
