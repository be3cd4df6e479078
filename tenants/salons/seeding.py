"""The rows of the built-in roles, as this release has them: written whenever the public side was migrated."""

from typing import Any

from tenants.access.roles import ROLE_PERMISSIONS


def seed_roles(model: Any) -> None:
    """Let the built-in roles hold what the product says; the salons' own stay as they are."""
    for role, held in ROLE_PERMISSIONS.items():
        names = sorted(permission.value for permission in held)
        model.objects.update_or_create(
            salon=None, key=role.value, defaults={"label": role.name.title(), "permissions": names}
        )
