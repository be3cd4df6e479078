"""What every page needs in its template."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from config.env import env
from portal.frame import navigation


def frame(request: HttpRequest) -> dict[str, Any]:
    """`salon`, `member` and `menu`; None or empty on the public host. The menu is lazy: fragments have none."""
    # By name: who they are is decided by a layer above, which puts them on the request.
    salon, member = getattr(request, "salon", None), getattr(request, "member", None)
    may: Callable[[str], bool] | None = getattr(member, "may", None)
    given: navigation.Given | None = getattr(member, "was_given", None)
    scheme = "http" if env.demo else "https"
    return {
        "salon": salon,
        "member": member,
        "menu": SimpleLazyObject(lambda: navigation.links(request.path, may=may, given=given)) if may else [],
        # Who answers guests may be left out for a while when conversations go round.
        "may_be_away": bool(may and may("inbox.answer")),
        "salons_url": f"{scheme}://{env.public_host}/accounts/salons/",
        "account_url": f"{scheme}://{env.public_host}/accounts/",
        "demo": env.demo,
    }
