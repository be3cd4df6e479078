"""What the Graph API tells about numbers and accounts, and the subscription of an account's webhooks."""

import secrets

from sandbox.asgi import JSON, Call
from sandbox.graph.errors import GraphError
from sandbox.graph.fields import read_object
from sandbox.numbers import Number
from sandbox.world import World

HIGH_MPS = 1000


def _number(number: Number) -> JSON:
    return {
        "id": number.phone_number_id,
        "display_phone_number": number.display_phone,
        "verified_name": number.verified_name,
        "quality_rating": "GREEN",
        "throughput": {"level": "HIGH" if number.throughput_mps >= HIGH_MPS else "STANDARD"},
        "code_verification_status": "VERIFIED",
        "platform_type": "CLOUD_API",
        "name_status": "APPROVED",
        "status": "CONNECTED",
        "whatsapp_business_manager_messaging_limit": "TIER_UNLIMITED",
    }


def _selected(value: JSON, fields: str) -> JSON:
    """Only what `fields` asks for, as Graph does; the id always."""
    if not fields:
        return value
    wanted = {"id", *(name.strip() for name in fields.split(","))}
    return {name: entry for name, entry in value.items() if name in wanted}


async def get_number(world: World, call: Call, phone_number_id: str) -> None:
    """GET /{phone_number_id}."""
    fields = call.query().get("fields", "")
    await call.answer_json(_selected(_number(world.numbers.get(phone_number_id)), fields))


async def get_account(world: World, call: Call, waba_id: str) -> None:
    """GET /{waba_id}."""
    fields = call.query().get("fields", "")
    await call.answer_json(_selected({"id": waba_id, "name": world.numbers.of_waba(waba_id)[0].verified_name}, fields))


async def get_phone_numbers(world: World, call: Call, waba_id: str) -> None:
    """GET /{waba_id}/phone_numbers."""
    fields = call.query().get("fields", "")
    await call.answer_json({"data": [_selected(_number(number), fields) for number in world.numbers.of_waba(waba_id)]})


async def get_subscribed_apps(world: World, call: Call, waba_id: str) -> None:
    """GET /{waba_id}/subscribed_apps."""
    app: JSON = {
        "whatsapp_business_api_data": {"id": "100000000000001", "name": "Sandbox", "link": "https://example.com"}
    }
    if override := world.sender.overrides.get(waba_id):
        app["override_callback_uri"] = override
    await call.answer_json({"data": [app]})


async def post_subscribed_apps(world: World, call: Call, waba_id: str) -> None:
    """POST /{waba_id}/subscribed_apps; an address of the account's own is taken when it answers the challenge."""
    wish = await read_object(call)
    address = wish.get("override_callback_uri")
    if address is None:
        world.sender.overrides.pop(waba_id, None)
    else:
        token = wish.get("verify_token")
        if not isinstance(address, str) or not isinstance(token, str):
            raise GraphError(100, "override_callback_uri and verify_token must be strings.")
        if await world.sender.verify(address, token, secrets.token_hex(8)) != 200:
            raise GraphError(100, "The callback URL or verify token couldn't be validated.")
        world.sender.overrides[waba_id] = address
    world.changed = True
    await call.answer(200, b'{"success":true}')


async def delete_subscribed_apps(world: World, call: Call, waba_id: str) -> None:
    """DELETE /{waba_id}/subscribed_apps."""
    world.sender.overrides.pop(waba_id, None)
    world.changed = True
    await call.answer(200, b'{"success":true}')


async def get_access_token(world: World, call: Call) -> None:
    """GET /oauth/access_token: any code is exchanged for a token that does not expire."""
    query = call.query()
    for name in ("client_id", "client_secret"):
        if not query.get(name):
            raise GraphError(100, f"Missing {name} parameter.")
    if not query.get("code") and query.get("grant_type") != "client_credentials":
        raise GraphError(100, "Missing authorization code.")
    await call.answer_json({"access_token": "EAAS" + secrets.token_urlsafe(48), "token_type": "bearer"})
