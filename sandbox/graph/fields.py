"""Reading fields of a request so that every refusal names the field (131008 missing, 131009 wrong)."""

from sandbox.asgi import JSON, Call, loads
from sandbox.graph.errors import GraphError

MISSING, INVALID = 131008, 131009


async def read_object(call: Call) -> JSON:
    """The JSON object of a Graph request; an empty body is an empty one."""
    raw = await call.body()
    try:
        wish = loads(raw) if raw.strip() else {}
    except (ValueError, RecursionError):
        raise GraphError(100, "The request body is not valid JSON.") from None
    if not isinstance(wish, dict):
        raise GraphError(100, "The request body must be a JSON object.")
    return wish


def selected(value: JSON, fields: str) -> JSON:
    """Only what `fields` asks for, as Graph does; the id always."""
    if not fields:
        return value
    wanted = {"id", *(name.split("{")[0].strip() for name in fields.split(","))}
    return {name: entry for name, entry in value.items() if name in wanted}


def missing(field: str) -> GraphError:
    """A required field is not there."""
    return GraphError(MISSING, f"The parameter {field} is required.")


def invalid(field: str, why: str) -> GraphError:
    """A field is there and wrong."""
    return GraphError(INVALID, f"Param {field} {why}.")


def text(parent: JSON, name: str, field: str, longest: int, *, required: bool = True) -> str:
    """A text of 1 to `longest` characters; an absent optional one is empty."""
    value = parent.get(name)
    if value is None:
        if required:
            raise missing(field)
        return ""
    if not isinstance(value, str):
        raise invalid(field, "must be a string")
    if not value.strip():
        raise invalid(field, "must not be empty")
    if len(value) > longest:
        raise invalid(field, f"must be at most {longest} characters long, this has {len(value)}")
    return value


def mapping(parent: JSON, name: str, field: str, *, required: bool = True) -> JSON:
    """A JSON object; an absent optional one is empty."""
    value = parent.get(name)
    if value is None:
        if required:
            raise missing(field)
        return {}
    if not isinstance(value, dict):
        raise invalid(field, "must be an object")
    return value


def sequence(parent: JSON, name: str, field: str, *, most: int) -> list[JSON]:
    """A list of 1 to `most` JSON objects."""
    value = parent.get(name)
    if value is None:
        raise missing(field)
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise invalid(field, "must be a list of objects")
    if not 1 <= len(value) <= most:
        raise invalid(field, f"must have 1 to {most} entries, this has {len(value)}")
    return value


def number(parent: JSON, name: str, field: str, lowest: float, highest: float) -> float:
    """A number between two bounds; Meta takes it as a string too."""
    value = parent.get(name)
    if value is None:
        raise missing(field)
    try:
        found = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        found = None
    if found is None or not lowest <= found <= highest:
        raise invalid(field, f"must be a number from {lowest:g} to {highest:g}")
    return found


def unique(values: list[str], field: str) -> None:
    """Refuse a value that comes twice."""
    if len(set(values)) != len(values):
        raise invalid(field, "must be unique")
