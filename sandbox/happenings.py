"""What befalls accounts and numbers: names, quality, speed, limits, restrictions; each is told by its webhook (§6)."""

from functools import partial

from sandbox.accounts import Account, tier
from sandbox.asgi import JSON
from sandbox.numbers import HIGH_MPS, Number
from sandbox.people import DAY_S
from sandbox.world import World

BANNED, RESTRICTED = 131031, 368


def told_quality(world: World, number: Number, event: str, *, old: str = "") -> None:
    """phone_number_quality_update."""
    limit = tier(world.accounts.portfolio(number.waba_id).limit)
    value: JSON = {"display_phone_number": number.digits, "event": event, "current_limit": limit}
    if old:
        value["old_limit"] = old
    if (per_day := world.accounts.portfolio(number.waba_id).limit) is not None:
        value["max_daily_conversations_per_business"] = per_day
    world.tell(number.waba_id, "phone_number_quality_update", value)


def set_quality(world: World, number: Number, quality: str) -> None:
    """Guests like or block what a number sends."""
    number.quality = quality
    if quality == "RED":
        number.status = "FLAGGED"
        told_quality(world, number, "FLAGGED")
    elif number.status == "FLAGGED":
        number.status = ""
        told_quality(world, number, "UNFLAGGED")


def set_speed(world: World, number: Number, mps: int) -> None:
    """The number may send faster, or slower again."""
    faster = mps >= HIGH_MPS > number.throughput_mps
    number.set_speed(mps)
    if faster:
        told_quality(world, number, "THROUGHPUT_UPGRADE")


def decide_name(world: World, number: Number, decision: str = "", reason: str = "") -> None:
    """phone_number_name_update: the name that was asked for is reviewed; one with "reject" falls."""
    asked = number.requested_name
    if not asked:
        return
    decision = decision or ("REJECTED" if "reject" in asked.lower() else "APPROVED")
    if decision == "APPROVED":
        number.verified_name = asked
    if decision in ("APPROVED", "REJECTED"):
        number.requested_name = ""
        number.name_status = "APPROVED" if decision == "APPROVED" else number.name_status
    value: JSON = {
        "display_phone_number": number.digits,
        "decision": decision,
        "requested_verified_name": asked,
        "rejection_reason": (reason or "NAME_NOT_CONSISTENT") if decision == "REJECTED" else None,
    }
    world.tell(number.waba_id, "phone_number_name_update", value)


def go_on(world: World) -> None:
    """What was under way when the process ended."""
    for number in world.numbers.registered():
        if number.requested_name:
            world.agenda.after(0.0, partial(decide_name, world, number))


def set_limit(world: World, waba_id: str, limit: int | None) -> None:
    """business_capability_update: the portfolio may reach more people, or fewer, and every number of it hears so."""
    portfolio = world.accounts.portfolio(waba_id)
    portfolio.limit = limit
    for account in world.accounts.of_business(world.accounts.get(waba_id).business_id):
        # -1 stands for no limit, as in Meta's examples.
        value: JSON = {"max_daily_conversations_per_business": -1 if limit is None else limit}
        value["max_phone_numbers_per_business"] = 20
        world.tell(account.waba_id, "business_capability_update", value)


def _account_update(world: World, account: Account, event: str, value: JSON) -> None:
    number = next(iter(world.numbers.of_waba(account.waba_id)), None)
    about: JSON = {"phone_number": number.digits} if number else {}
    world.tell(account.waba_id, "account_update", {**about, "event": event, **value})


def restrict(world: World, account: Account, *, days: int, kind: str) -> None:
    """Meta restricts an account for some days; templates, or everything, are refused meanwhile."""
    until = account.refuses_until = world.clock.now() + days * DAY_S
    if kind == "RESTRICTED_BIZ_INITIATED_MESSAGING":
        account.refuses_templates = RESTRICTED
    else:
        account.refuses = RESTRICTED
    info = [{"restriction_type": kind, "expiration": int(until)}]
    _account_update(world, account, "ACCOUNT_RESTRICTION", {"restriction_info": info})


def violate(world: World, account: Account, kind: str) -> None:
    """Meta finds a violation; nothing is refused yet."""
    _account_update(world, account, "ACCOUNT_VIOLATION", {"violation_info": {"violation_type": kind}})


def ban(world: World, account: Account, state: str) -> None:
    """account_update with ban_info: SCHEDULE_FOR_DISABLE, DISABLE or REINSTATE."""
    if state == "DISABLE":
        account.refuses, account.refuses_until = BANNED, 0.0
    elif state == "REINSTATE":
        account.refuses = account.refuses_templates = 0
    info = {"waba_ban_state": state, "waba_ban_date": int(world.clock.now())}
    _account_update(world, account, "DISABLED_UPDATE", {"ban_info": info})


def delete(world: World, account: Account) -> None:
    """The owner deleted the account."""
    account.deleted, account.refuses, account.refuses_until = True, BANNED, 0.0
    _account_update(world, account, "ACCOUNT_DELETED", {})


def review(world: World, account: Account, decision: str) -> None:
    """account_review_update."""
    account.review = decision
    world.tell(account.waba_id, "account_review_update", {"decision": decision})


def prefer(world: World, number: Number, guest: str, *, stop: bool) -> None:
    """user_preferences: a guest stops marketing, or takes it again."""
    world.guests.prefer(number.waba_id, guest, stop=stop)
    asked = "stop" if stop else "resume"
    who = {"wa_id": guest} if guest.isdecimal() else {"user_id": guest}
    user_id = world.guests.user_id(number.waba_id, guest)
    about = {**who, **({"user_id": user_id} if user_id else {})}
    preference: JSON = {
        **about,
        "detail": f"User requested to {asked} marketing messages",
        "category": "marketing_messages",
        "value": asked,
        "timestamp": int(world.clock.now()),  # a number here, unlike everywhere else
    }
    value: JSON = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number.digits, "phone_number_id": number.phone_number_id},
        "contacts": [{"profile": {"name": guest}, **about}],
        "user_preferences": [preference],
    }
    world.tell(number.waba_id, "user_preferences", value)
