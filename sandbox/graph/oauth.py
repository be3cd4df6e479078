"""From a code to a token, and what a token is good for (WHATSAPP.md §9)."""

import hmac

from sandbox.asgi import JSON, Call
from sandbox.graph.access import require_token
from sandbox.graph.errors import GraphError
from sandbox.graph.fields import read_object
from sandbox.tokens import SCOPES, BadCode
from sandbox.world import World


async def get_access_token(world: World, call: Call) -> None:
    """GET or POST /oauth/access_token: a business token that does not expire."""
    query = {**call.query(), **(await read_object(call) if call.method == "POST" else {})}
    for name in ("client_id", "client_secret", "code"):
        if not query.get(name):
            raise GraphError(100, f"Missing {name} parameter.")
    secret = world.settings.app_secret
    if secret and not hmac.compare_digest(str(query["client_secret"]).encode(), secret.encode()):
        raise GraphError(1, "Error validating client secret.")
    try:
        grant = world.tokens.exchange(
            str(query["code"]),
            redirect_uri=str(query.get("redirect_uri", "")),
            client_id=str(query["client_id"]),
        )
    except BadCode as bad:
        raise GraphError(100, str(bad), subcode=bad.subcode) from None
    world.faults.drop("token_expired")  # that is what the people went through the dialog for
    world.changed = True
    world.save()
    await call.answer_json({"access_token": grant.token, "token_type": "bearer"})


def _unknown(world: World, token: str) -> list[str]:
    """The accounts that take a token which was not issued here."""
    if token.startswith("EAAS"):  # looks issued, and is not: revoked long ago, or made up
        return []
    accounts = {number.waba_id for number in world.numbers.registered()}
    return sorted(waba_id for waba_id in accounts if world.tokens.problem(token, waba_id) == 0)[:100]


async def get_debug_token(world: World, call: Call) -> None:
    """GET /debug_token: whether a token is valid, and for which accounts."""
    asking = require_token(call)
    token = call.query().get("input_token", "")
    if not token:
        raise GraphError(100, "The parameter input_token is required.")
    grant = world.tokens.find(token)
    app_id = (grant.app_id if grant else "") or asking.partition("|")[0] if "|" in asking else ""
    waba_ids = grant.waba_ids if grant else _unknown(world, token)
    is_valid = grant.is_valid(world.clock.now()) if grant else bool(waba_ids)
    data: JSON = {
        "app_id": app_id,
        "type": "SYSTEM_USER",
        "application": "Cadeira",
        "is_valid": is_valid,
        "expires_at": int(grant.expires_at) if grant else 0,
        "data_access_expires_at": 0,
        "issued_at": int(grant.issued_at) if grant else 0,
        "scopes": list(SCOPES) if is_valid else [],
        "user_id": "122100000000001",
    }
    if is_valid:
        data["granular_scopes"] = [{"scope": scope, "target_ids": list(waba_ids)} for scope in SCOPES]
    else:
        error = {"code": 190, "message": "The session has been invalidated.", "subcode": 463}
        data = {"error": error, "is_valid": False, "scopes": [], "expires_at": data["expires_at"]}
    await call.answer_json({"data": data})
