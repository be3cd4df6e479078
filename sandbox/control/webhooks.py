"""Telling the product what Meta tells: any field and value as they are, or ready forms that also change the world."""

import json
from collections.abc import Callable

from sandbox import happenings
from sandbox.asgi import JSON, Call
from sandbox.control.numbers import LIMIT_MAX, account_of, known_number
from sandbox.inbound import guest_of
from sandbox.numbers import MAX_MPS
from sandbox.webhooks.envelope import Change, account_change, raw_delivery
from sandbox.wishes import BadField, choice, objects, text_field, whole, wish_of
from sandbox.world import World

CHANGES_MAX = 1000
_QUALITIES = ("GREEN", "YELLOW", "RED", "UNKNOWN")
_ACCOUNT_EVENTS = ("restriction", "violation", "ban", "schedule_ban", "reinstate", "delete")
_BANS = {"ban": "DISABLE", "schedule_ban": "SCHEDULE_FOR_DISABLE", "reinstate": "REINSTATE"}
_RESTRICTIONS = (
    "RESTRICTED_BIZ_INITIATED_MESSAGING",
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING",
    "RESTRICTED_ADD_PHONE_NUMBER_ACTION",
)


def _quality(world: World, wish: JSON) -> None:
    number = known_number(world, text_field(wish, "phone_number_id", required=True))
    event = text_field(wish, "event")
    if "quality" in wish:
        happenings.set_quality(world, number, choice(wish, "quality", _QUALITIES))
    if "throughput_mps" in wish:
        happenings.set_speed(world, number, whole(wish, "throughput_mps", None, 1, MAX_MPS) or number.throughput_mps)
    if event:
        happenings.told_quality(world, number, event, old=text_field(wish, "old_limit"))
    elif not {"quality", "throughput_mps"} & wish.keys():
        raise BadField("event", "or quality or throughput_mps is required")


def _name(world: World, wish: JSON) -> None:
    number = known_number(world, text_field(wish, "phone_number_id", required=True))
    number.requested_name = text_field(wish, "name") or number.requested_name or number.verified_name
    decisions = ("APPROVED", "DEFERRED", "PENDING", "REJECTED")
    happenings.decide_name(world, number, choice(wish, "decision", decisions, "APPROVED"), text_field(wish, "reason"))


def _capability(world: World, wish: JSON) -> None:
    account = account_of(world, text_field(wish, "phone_number_id"), text_field(wish, "waba_id"))
    if "limit" not in wish:
        raise BadField("limit", "is required: a whole number, or null for no limit")
    happenings.set_limit(world, account.waba_id, whole(wish, "limit", None, 1, LIMIT_MAX))


def _account(world: World, wish: JSON) -> None:
    account = account_of(world, text_field(wish, "phone_number_id"), text_field(wish, "waba_id"))
    event = choice(wish, "event", _ACCOUNT_EVENTS)
    if event == "restriction":
        kind = choice(wish, "kind", _RESTRICTIONS, _RESTRICTIONS[0])
        happenings.restrict(world, account, days=whole(wish, "days", 3, 1, 365) or 3, kind=kind)
    elif event == "violation":
        happenings.violate(world, account, text_field(wish, "kind") or "SPAM")
    elif event == "delete":
        happenings.delete(world, account)
    else:
        happenings.ban(world, account, _BANS[event])


def _alert(world: World, wish: JSON) -> None:
    account = account_of(world, text_field(wish, "phone_number_id"), text_field(wish, "waba_id"))
    info: JSON = {
        "alert_severity": choice(wish, "severity", ("CRITICAL", "WARNING", "INFORMATIONAL"), "WARNING"),
        "alert_status": choice(wish, "status", ("ACTIVE", "NONE"), "ACTIVE"),
        "alert_type": text_field(wish, "alert_type") or "INCREASED_CAPABILITIES_ELIGIBILITY_FAILED",
        "alert_description": text_field(wish, "description", longest=2000) or "An alert of the sandbox.",
    }
    phone = text_field(wish, "phone_number_id")
    entity = {"entity_type": "PHONE_NUMBER", "entity_id": phone} if phone else {"entity_type": "BUSINESS"}
    world.tell(account.waba_id, "account_alerts", {"entity_id": account.business_id, **entity, "alert_info": info})


def _review(world: World, wish: JSON) -> None:
    account = account_of(world, text_field(wish, "phone_number_id"), text_field(wish, "waba_id"))
    happenings.review(world, account, choice(wish, "decision", ("APPROVED", "REJECTED", "PENDING", "DEFERRED")))


def _preference(world: World, wish: JSON) -> None:
    number = known_number(world, text_field(wish, "phone_number_id", required=True))
    value = choice(wish, "value", ("stop", "resume"))
    happenings.prefer(world, number, guest_of(wish).key, stop=value == "stop")


def _user_id(world: World, wish: JSON) -> None:
    number = known_number(world, text_field(wish, "phone_number_id", required=True))
    current = text_field(wish, "current", required=True, longest=160)
    phone = text_field(wish, "from").lstrip("+")
    previous = text_field(wish, "previous", longest=160) or world.guests.user_id(number.waba_id, phone)
    if not previous:
        raise BadField("previous", "is required for a guest whose user id is not known yet")
    phone = phone or world.guests.phone(number.waba_id, previous)
    if phone:
        world.guests.meet(number.waba_id, phone, current)
    update: JSON = {"user_id": {"previous": previous, "current": current}, "timestamp": world.clock.stamp()}
    about = {"display_phone_number": number.digits, "phone_number_id": number.phone_number_id}
    told = {**({"wa_id": phone} if phone and wish.get("hide_phone") is not True else {}), **update}
    value = {"messaging_product": "whatsapp", "metadata": about, "user_id_update": [told]}
    world.tell(number.waba_id, "user_id_update", value)


Form = Callable[[World, JSON], None]
FORMS: dict[str, Form] = {
    "phone_number_quality_update": _quality,
    "phone_number_name_update": _name,
    "business_capability_update": _capability,
    "account_update": _account,
    "account_alerts": _alert,
    "account_review_update": _review,
    "user_preferences": _preference,
    "user_id_update": _user_id,
}


def _change(world: World, wish: JSON, now: float) -> Change:
    field = text_field(wish, "field", required=True, longest=80)
    waba_id = text_field(wish, "waba_id", longest=40)
    if not waba_id:
        waba_id = known_number(world, text_field(wish, "phone_number_id", required=True)).waba_id
    if not isinstance(wish.get("value"), dict):
        raise BadField("value", "must be an object")
    return account_change(waba_id, field, wish["value"], now)


async def post_webhook(world: World, call: Call) -> None:
    """`form` and its fields; or `field`, `value`; or `changes` in one delivery; or a whole `body` as it is."""
    wish, now = await wish_of(call), world.clock.now()
    if "form" in wish:
        FORMS[choice(wish, "form", tuple(FORMS))](world, wish)
        told = 1
    elif "changes" in wish:
        changes = [_change(world, one, now) for one in objects(wish, "changes", CHANGES_MAX)]
        if not changes:
            raise BadField("changes", "must not be empty")
        world.sender.put_together(changes)
        told = len(changes)
    elif "body" in wish:
        raw = wish["body"] if isinstance(wish["body"], str) else json.dumps(wish["body"], ensure_ascii=False)
        world.sender.put(raw_delivery(text_field(wish, "waba_id"), raw.encode(), now))
        told = 1
    else:
        world.sender.put(_change(world, wish, now))
        told = 1
    world.changed = True
    await call.answer_json({"told": told, "waiting": world.sender.backlog})


async def post_users(world: World, call: Call) -> None:
    """What is wrong with a guest: messages to them fail later with `code`; null mends it."""
    wish = await wish_of(call)
    user = text_field(wish, "user", required=True, longest=160).lstrip("+")
    if "code" not in wish:
        raise BadField("code", "is required: a code such as 131026, or null")
    world.guests.cannot_reach(user, whole(wish, "code", None, 1, 9_999_999))
    await call.answer_json({"user": user, "code": wish["code"]})
