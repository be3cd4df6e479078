"""What a message says beside its text, ready for `templates/crm/parts/<name>.html`: a place, cards, an order …"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from channels_wa.messages.models import Message
from crm.contacts.links import safe_url
from crm.contacts.names import as_seen, masks, told
from crm.contacts.names import shown as shown_address

JSON = Mapping[str, Any]
MOST = 50
LONGEST = 500
# Meta's own words for what a form carries for itself.
NOT_ANSWERS = ("flow_token",)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bubble: the template that draws it, what it draws, and whether the text stands in it already."""

    name: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    says_it_all: bool = False


def part_of(one: Message) -> Part:
    """The part of a message; an empty one where the text is all."""
    payload = one.payload
    if one.type == "location":
        return _place(payload)
    if one.type == "contacts":
        return Part("contacts", {"cards": [_card(card) for card in _objects(payload.get("contacts"))]}, True)
    if one.type == "order":
        return Part("order", _order(payload))
    if one.type == "system":
        return Part("system", {"words": _notice(payload, one.text)}, True)
    if one.type == "unsupported":
        return Part("unsupported", {"of": str(payload.get("of", ""))[:40], "is_file": _is_placeholder(payload)})
    if one.type == "interactive" and one.direction == "in":
        return _reply(payload)
    if one.type == "template":
        return Part("template", dict(payload.get("shown") or {}))
    if one.type == "interactive":
        return Part("interactive", _around_choices(payload))
    return Part()


def referral_of(payload: JSON) -> dict[str, Any] | None:
    """The ad or post that the guest came by. Its picture lies on a foreign host and is not loaded."""
    referral = payload.get("referral")
    if not isinstance(referral, Mapping) or not referral:
        return None
    return {
        "headline": _text(referral.get("headline")),
        "body": _text(referral.get("body")),
        "url": safe_url(referral.get("source_url")),
        "is_ad": referral.get("source_type") == "ad",
    }


def errors_of(payload: JSON) -> list[str]:
    """What WhatsApp says went wrong with a guest's message."""
    said = []
    for error in _objects(payload.get("errors")):
        words = _text(error.get("details")) or _text(error.get("title"))
        said.append(" ".join(part for part in (str(error.get("code", "")), words) if part))
    return said


def choices_of(payload: JSON) -> list[str]:
    """Titles of what the guest can tap, in our own form and in Meta's."""
    action = payload.get("action")
    action = action if isinstance(action, Mapping) else {}
    options = [*_objects(payload.get("buttons")), *_objects(payload.get("rows"))]
    options += [one.get("reply", {}) for one in _objects(action.get("buttons"))]
    options += [row for section in _objects(action.get("sections")) for row in _objects(section.get("rows"))]
    parameters = action.get("parameters")
    if isinstance(parameters, Mapping):
        options.append({"title": parameters.get("display_text") or parameters.get("flow_cta")})
    if action.get("name") == "send_location":
        options.append({"title": _("Send place")})
    return [_text(option["title"]) for option in options if isinstance(option, Mapping) and option.get("title")]


def _place(payload: JSON) -> Part:
    latitude, longitude = payload.get("latitude"), payload.get("longitude")
    has_point = isinstance(latitude, int | float) and isinstance(longitude, int | float)
    point = f"{latitude},{longitude}" if has_point else ""
    data = {
        "name": _text(payload.get("name")),
        "address": _text(payload.get("address")),
        "point": point.replace(",", ", "),
        "url": f"https://www.google.com/maps/search/?api=1&query={point}" if has_point else "",
    }
    return Part("location", data, True)


def _card(card: JSON) -> dict[str, Any]:
    """A card as guests' are kept (`name` a text, phones texts), or as ours go out (Meta's form)."""
    name = card.get("name")
    organisation = card.get("org")
    company = organisation.get("company") if isinstance(organisation, Mapping) else card.get("company")
    return {
        "name": _text(name.get("formatted_name") if isinstance(name, Mapping) else name),
        "phones": [_phone(each) for each in _listed(card.get("phones")) if each],
        "emails": [_email(each) for each in _listed(card.get("emails"))],
        "company": _text(company),
    }


def _email(value: object) -> str:
    return _text(value.get("email") if isinstance(value, Mapping) else value)


def _phone(value: object) -> dict[str, str]:
    text = _text(value.get("phone") or value.get("wa_id") if isinstance(value, Mapping) else value)
    digits = "".join(letter for letter in text if letter.isascii() and letter.isdigit())
    plus = "+" if text.startswith("+") else ""
    words = shown_address("phone", plus + digits) if plus else as_seen(text)
    return {"words": words, "url": "" if masks() else f"tel:{plus}{digits}"}


def _order(payload: JSON) -> dict[str, Any]:
    items = [
        {
            "product": _text(each.get("product")),
            "quantity": _text(each.get("quantity")),
            "price": " ".join(part for part in (_text(each.get("price")), _text(each.get("currency"))) if part),
        }
        for each in _objects(payload.get("items"))
    ]
    return {"items": items}


def _reply(payload: JSON) -> Part:
    kind = payload.get("kind")
    if kind == "nfm_reply":
        answers = payload.get("answers")
        if not isinstance(answers, Mapping):
            return Part("form", {"answers": [], "raw": _text(answers)})
        rows = [(_label(name), _value(value)) for name, value in answers.items() if name not in NOT_ANSWERS]
        return Part("form", {"answers": rows[:MOST]})
    if kind == "call_permission_reply":
        reply = payload.get("reply")
        allowed = isinstance(reply, Mapping) and reply.get("response") == "accept"
        return Part("system", {"words": _("May be called") if allowed else _("Wants no calls")}, True)
    return Part("choice", {"description": _text(payload.get("description"))})


def _label(name: object) -> str:
    return _text(name).replace("_", " ").strip().capitalize()


def _value(value: object) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(_value(each) for each in value[:MOST])
    if isinstance(value, Mapping):
        return ", ".join(f"{_label(name)}: {_value(each)}" for name, each in list(value.items())[:MOST])
    return _text(value)


def _around_choices(payload: JSON) -> dict[str, Any]:
    header, footer = payload.get("header"), payload.get("footer")
    return {
        "header": _text(header.get("text") if isinstance(header, Mapping) else header),
        "footer": _text(footer.get("text") if isinstance(footer, Mapping) else footer),
    }


def _notice(payload: JSON, said: str) -> str:
    event = payload.get("event")
    if event == "user_changed_number" and payload.get("phone"):
        return _("Has a new number: %(phone)s") % {"phone": shown_address("phone", str(payload["phone"]))}
    if event == "user_changed_user_id":
        return _("WhatsApp knows this guest by another id from now on. Nothing changes for you.")
    if event == "customer_identity_changed":
        return _("This guest set WhatsApp up anew. If something seems odd, make sure that it is them.")
    return told(said)


def _is_placeholder(payload: JSON) -> bool:
    return payload.get("of") == "media_placeholder"


def _objects(value: object) -> list[JSON]:
    return [each for each in _listed(value) if isinstance(each, Mapping)]


def _listed(value: object) -> list[Any]:
    return value[:MOST] if isinstance(value, list) else []


def _text(value: object) -> str:
    return str(value)[:LONGEST] if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
