"""What the Graph API tells about accounts, and the subscription of an account's webhooks (WHATSAPP.md §6, §9)."""

import secrets

from sandbox.accounts import tier
from sandbox.asgi import JSON, Call
from sandbox.graph.errors import GraphError
from sandbox.graph.fields import read_object, selected
from sandbox.graph.numbers import as_graph
from sandbox.world import World


def _account(world: World, waba_id: str) -> JSON:
    account = world.accounts.get(waba_id, world.numbers.of_waba(waba_id)[0].verified_name)
    return {
        "id": waba_id,
        "name": account.name,
        "currency": "BRL",
        "country": "BR",
        "timezone_id": "25",
        "message_template_namespace": f"ns_{waba_id}",
        "account_review_status": account.review,
        "business_verification_status": "verified",
        "ownership_type": "CLIENT_OWNED",
        "status": "DISABLED" if account.refuses or account.deleted else "ACTIVE",
        "owner_business_info": {"name": account.name, "id": account.business_id},
        "whatsapp_business_manager_messaging_limit": tier(world.accounts.portfolio(waba_id).limit),
    }


async def get_account(world: World, call: Call, waba_id: str) -> None:
    """GET /{waba_id}."""
    await call.answer_json(selected(_account(world, waba_id), call.query().get("fields", "")))


async def get_phone_numbers(world: World, call: Call, waba_id: str) -> None:
    """GET /{waba_id}/phone_numbers."""
    fields = call.query().get("fields", "")
    numbers = [selected(as_graph(world, number), fields) for number in world.numbers.of_waba(waba_id)]
    cursors = {"before": "QVFIU", "after": "QVFIUend"}
    await call.answer_json({"data": numbers, "paging": {"cursors": cursors}})


async def get_subscribed_apps(world: World, call: Call, waba_id: str) -> None:
    """GET /{waba_id}/subscribed_apps."""
    if waba_id in world.sender.silent:
        return await call.answer_json({"data": []})
    about = {"id": "100000000000001", "name": "Sandbox", "link": "https://example.com"}
    app: JSON = {"whatsapp_business_api_data": about}
    if override := world.sender.overrides.get(waba_id):
        app["override_callback_uri"] = override
    return await call.answer_json({"data": [app]})


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
    world.sender.silent.discard(waba_id)
    world.changed = True
    await call.answer(200, b'{"success":true}')


async def delete_subscribed_apps(world: World, call: Call, waba_id: str) -> None:
    """DELETE /{waba_id}/subscribed_apps: from now on nothing is told."""
    world.sender.overrides.pop(waba_id, None)
    world.sender.silent.add(waba_id)
    world.changed = True
    await call.answer(200, b'{"success":true}')
