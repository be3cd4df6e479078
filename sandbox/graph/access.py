"""Whether a caller's token is good for an account."""

from sandbox.asgi import Call
from sandbox.graph.errors import GraphError
from sandbox.world import World


def require_token(call: Call) -> str:
    """The caller's token; raises 190 when there is none."""
    token = call.token
    if not token:
        raise GraphError(190, "An access token is required to request this resource.")
    return token


def is_good(world: World, token: str, waba_id: str) -> bool:
    """Whether a token may use an account."""
    return world.tokens.problem(token, waba_id) == 0


def may_use(world: World, call: Call, waba_id: str, object_id: str) -> None:
    """Raise what Meta would say to a token that may not touch this object."""
    problem = world.tokens.problem(require_token(call), waba_id)
    if problem == 190:
        raise GraphError(190)
    if problem:
        raise GraphError.no_such(object_id, call.method)
