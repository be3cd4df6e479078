"""What a salon may not do because of its plan or its subscription: said in words, with a way out.

Raised anywhere below a page or an API resource. Pages show the sentence with a link (billing.subscriptions.middleware),
programs get problem details (api.errors).
"""

from typing import Final

from django.utils.translation import gettext as _

from billing.plans import queries
from billing.plans.names import FEATURES
from billing.subscriptions.states import State, may
from tenants.salons.hosts import salon_url
from tenants.salons.models import Salon

WAY_OUT: Final = "/billing/"


class Refused(Exception):
    """The plan or the state of the subscription does not allow it; the text is a sentence for people."""

    status = 403
    code = "plan"
    # Seconds until it may be asked again, where waiting helps.
    wait_s: float | None = None

    def __init__(self, words: str, *, code: str = "", name: str = "") -> None:
        super().__init__(words)
        self.code = code or self.code
        # Which limit, feature or right it was.
        self.name = name
        self.way_out = WAY_OUT


def require(salon_id: int, what: str) -> None:
    """Raises Refused where the state of the subscription does not allow it."""
    if not may(salon_id, what):
        state = State(queries.terms_of(salon_id).state or State.ACTIVE)
        raise Refused(state_words(state), code=f"subscription_{state}", name=what)


def require_feature(salon_id: int, name: str) -> None:
    """Raises Refused where the plan has no such feature."""
    if not queries.has_feature(salon_id, name):
        words = _("“%(feature)s” is not part of this salon's plan. Choose one that has it below Plan and billing.")
        raise Refused(words % {"feature": FEATURES[name]}, code="feature_not_in_plan", name=name)


def way_out_url(salon_id: int) -> str:
    """Where somebody can do something about it, as a whole address: for programs."""
    slug = Salon.objects.values_list("slug", flat=True).get(pk=salon_id)
    return salon_url(slug, WAY_OUT)


def state_words(state: State) -> str:
    """Why nothing can be changed, and what to do."""
    if state == State.PAUSED:
        return _(
            "The subscription of this salon is paused: nothing is sent or changed until it goes on. Nothing is lost."
        )
    if state == State.PAST_DUE:
        return _("The last payment did not go through, so offers to guests wait. Pay below Plan and billing.")
    return _(
        "A payment of this salon is missing, so nothing can be changed. Pay below Plan and billing, "
        "or go on with Free: everything is still there."
    )


def read_only_words(name: str) -> str:
    """Why a thing beyond the plan's limit can be looked at and not changed."""
    return {
        "contacts": _("The plan has fewer contacts than the salon: the newest ones can be looked at, not changed."),
        "numbers": _("The plan has fewer numbers than the salon: the newest ones only answer guests who write."),
        "flows": _("The plan has fewer flows than the salon: the newest ones can be looked at and start no more."),
        "professionals": _(
            "The plan has fewer professionals than the salon: the newest ones keep their visits and get no new ones."
        ),
    }[name] + " " + _("Choose a larger plan below Plan and billing, or put older ones away.")  # fmt: skip
