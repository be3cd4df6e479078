"""The webhook fields that Meta has, and what kind of item a change of each is."""

from typing import Any

ACCOUNT = frozenset(
    {
        "message_template_status_update",
        "message_template_quality_update",
        "message_template_components_update",
        "template_category_update",
        "phone_number_quality_update",
        "phone_number_name_update",
        "account_update",
        "account_alerts",
        "account_review_update",
        "account_settings_update",
        "business_capability_update",
        "business_username_update",
        "user_preferences",
        "user_id_update",
    }
)
COEXISTENCE = frozenset({"history", "smb_app_state_sync", "smb_message_echoes"})
UNUSED = frozenset(
    {
        "automatic_events",
        "calls",
        "flows",
        "group_lifecycle_update",
        "group_participants_update",
        "group_settings_update",
        "group_status_update",
        "partner_solutions",
        "payment_configuration_update",
        "security",
    }
)


def kind_of_field(field: str | None, value: dict[str, Any]) -> tuple[str, str | None]:
    """The kind of a change that carries no messages, and why it cannot be used, if so."""
    if field in ACCOUNT:
        return "account", None
    if field in COEXISTENCE:
        return "coexistence", None
    if field in UNUSED:
        return "other", None
    if field is None and ("waba_info" in value or "event" in value):
        return "account", None  # Meta's PARTNER_APP_* examples name no field
    return "other", f"unknown field {field[:80]}" if field else "no field"
