"""Changing what a plan says: by another version, never by touching one that somebody has subscribed to.

Operators alone do it, on their pages, which note it.
"""

from typing import Any

from django.db import transaction

from billing.plans import queries
from billing.plans.models import Plan, PlanVersion
from billing.plans.terms import FIELDS, checked


@transaction.atomic
def revise(plan: Plan, terms: dict[str, Any]) -> PlanVersion | None:
    """Make the next version, which whoever comes from now on gets; None where it says what the newest says already.

    Raises WrongTerms.
    """
    fresh = checked(terms)
    # Two operators at once make two versions.
    Plan.objects.select_for_update().get(pk=plan.pk)
    newest = plan.versions.order_by("-number").first()
    if newest is not None and all(getattr(newest, name) == fresh[name] for name in FIELDS):
        return None
    made = PlanVersion.objects.create(plan=plan, number=newest.number + 1 if newest else 1, **fresh)
    transaction.on_commit(queries.forget)
    return made
