"""Changing how the world behaves, without a restart."""

from sandbox.asgi import JSON, Call
from sandbox.message_templates.register import TEMPLATES_MAX
from sandbox.wishes import choice, flag, whole, wish_of
from sandbox.world import World

WINDOWS = ("known", "strict", "off")
DAY_S = 24 * 3600


def _as_json(world: World) -> JSON:
    return {
        "statuses": world.statuses.enabled,
        "failed_callback": world.statuses.echo_failed,
        "batch_max": world.sender.batch_max,
        "batch_wait_ms": int(world.sender.batch_wait_s * 1000),
        "retry_max_s": int(world.sender.retry_max_s),
        "window": world.window_mode,
        "template_review": "hold" if world.templates.holds else "auto",
        "template_review_s": world.templates.review_s,
        "template_limit": world.templates.most_per_account,
        "marketing_per_user": world.guests.marketing_per_day,
    }


async def get_settings(world: World, call: Call) -> None:
    """How it behaves now."""
    await call.answer_json(_as_json(world))


async def post_settings(world: World, call: Call) -> None:
    """Change what is named; the rest stays. Nothing changes when one value cannot be used."""
    wish = await wish_of(call)
    statuses = flag(wish, "statuses", world.statuses.enabled)
    echo_failed = flag(wish, "failed_callback", world.statuses.echo_failed)
    batch_max = whole(wish, "batch_max", world.sender.batch_max, 1, 1000)
    batch_wait = whole(wish, "batch_wait_ms", int(world.sender.batch_wait_s * 1000), 0, 60_000)
    retry = whole(wish, "retry_max_s", int(world.sender.retry_max_s), 1, 7 * DAY_S)
    window = choice(wish, "window", WINDOWS, world.window_mode)
    review = choice(wish, "template_review", ("auto", "hold"), "hold" if world.templates.holds else "auto")
    review_s = whole(wish, "template_review_s", int(world.templates.review_s), 0, 30 * DAY_S)
    limit = whole(wish, "template_limit", world.templates.most_per_account, 1, TEMPLATES_MAX)
    marketing = whole(wish, "marketing_per_user", world.guests.marketing_per_day, 0, 1000)
    world.statuses.enabled, world.statuses.echo_failed = statuses, echo_failed
    world.sender.batch_max, world.window_mode = batch_max or 1, window
    world.sender.batch_wait_s, world.sender.retry_max_s = (batch_wait or 0) / 1000, float(retry or 1)
    world.templates.holds, world.templates.review_s = review == "hold", float(review_s or 0)
    world.templates.most_per_account = limit or 1
    # null takes the limit away, so absent and null are told apart.
    world.guests.marketing_per_day = None if wish.get("marketing_per_user", 0) is None else marketing
    await call.answer_json(_as_json(world))
