"""Cache keys carry the salon."""

from ops.salon import current_salon_id


def key(key: str, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: the same key in two salons is two keys."""
    salon_id = current_salon_id()
    return f"{key_prefix}:{version}:{'public' if salon_id is None else salon_id}:{key}"
