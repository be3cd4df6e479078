"""What every page of the frame needs in its template."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.frame import navigation


def frame(request: HttpRequest) -> dict[str, Any]:
    """`salon`, `member` and `menu`; all None or empty on the public host. Read lazily: fragments use none of it."""
    # By name: who they are is decided by a layer above, which puts them on the request.
    salon, member = getattr(request, "salon", None), getattr(request, "member", None)
    may: Callable[[str], bool] | None = getattr(member, "may", None)
    return {
        "salon": salon,
        "member": member,
        "menu": SimpleLazyObject(lambda: navigation.links(request.path, may=may)) if may else [],
    }
