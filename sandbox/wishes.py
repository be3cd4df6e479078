"""Reading what a control request wishes, so that every refusal names the field."""

from sandbox.asgi import BODY_MAX, JSON, Call, loads


class BadField(Exception):
    """A field of a control request cannot be used."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field} {why}")
        self.field, self.why = field, why


async def wish_of(call: Call, most: int = BODY_MAX) -> JSON:
    """The request's JSON object; an empty body wishes nothing."""
    raw = await call.body(most)
    if not raw.strip():
        return {}
    try:
        wish = loads(raw)
    except (ValueError, RecursionError) as problem:
        raise BadField("body", f"is not valid JSON: {problem}") from None
    if not isinstance(wish, dict):
        raise BadField("body", "must be a JSON object")
    return wish


def text_field(wish: JSON, field: str, *, required: bool = False, longest: int = 512) -> str:
    """A string of a control request; empty when absent and not required."""
    value = wish.get(field)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value.strip()):
        raise BadField(field, "must be a string" if not required else "must be a string that is not empty")
    if len(value) > longest:
        raise BadField(field, f"must be at most {longest} characters long")
    return value


def choice(wish: JSON, field: str, known: tuple[str, ...], default: str = "") -> str:
    """One of a few words."""
    value = text_field(wish, field) or default
    if value not in known:
        raise BadField(field, f"must be one of {', '.join(known)}")
    return value


def whole(wish: JSON, field: str, default: int | None, lowest: int, highest: int) -> int | None:
    """A whole number between two bounds."""
    value = wish.get(field, default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise BadField(field, f"must be a whole number from {lowest} to {highest}")
    return value


def flag(wish: JSON, field: str, default: bool) -> bool:
    """True or false."""
    value = wish.get(field, default)
    if not isinstance(value, bool):
        raise BadField(field, "must be true or false")
    return value


def objects(wish: JSON, field: str, most: int) -> list[JSON]:
    """A list of JSON objects; empty when absent."""
    value = wish.get(field, [])
    if not isinstance(value, list) or len(value) > most or not all(isinstance(entry, dict) for entry in value):
        raise BadField(field, f"must be a list of at most {most} objects")
    return value
