"""The pipeline that every salon has: made when it is opened, or at first use where it was opened before."""

from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from crm.deals.models import Pipeline, Stage
from ops.salon import current_salon_id
from tenants.salons.models import Salon

NAME: Final = gettext_noop("Sales")
# Name, kind, how likely it is won in per cent, days until it has gone stale.
STAGES: Final = (
    (gettext_noop("New"), Stage.Kind.OPEN, 10, 3),
    (gettext_noop("Contacted"), Stage.Kind.OPEN, 30, 5),
    (gettext_noop("Quoted"), Stage.Kind.OPEN, 60, 7),
    (gettext_noop("Won"), Stage.Kind.WON, 100, None),
    (gettext_noop("Lost"), Stage.Kind.LOST, 0, None),
)
LOST_REASONS: Final = (
    gettext_noop("Too expensive"),
    gettext_noop("Went elsewhere"),
    gettext_noop("No answer any more"),
    gettext_noop("No time that suits"),
)


def own_salon() -> Salon:
    """The salon we are in."""
    found: Salon = Salon.objects.get(pk=current_salon_id())
    return found


def currency() -> str:
    """The salon's currency."""
    return str(Salon.objects.values_list("currency", flat=True).get(pk=current_salon_id()))


def open_salon() -> None:
    """A step of opening a salon (SALON_OPENING_STEPS)."""
    default_pipeline()


def default_pipeline() -> Pipeline:
    """The salon's default pipeline, made if there is none. Of two who make it at once, one does."""
    for _ in range(2):
        if found := Pipeline.objects.filter(is_default=True).first():
            return found
        try:
            with transaction.atomic():
                return _make()
        except IntegrityError:
            continue  # it stands there now
    raise RuntimeError("the default pipeline comes and goes")


def _make() -> Pipeline:
    with translation.override(own_salon().language):
        made = Pipeline.objects.create(
            name=gettext(NAME), is_default=True, lost_reasons=[gettext(reason) for reason in LOST_REASONS]
        )
        Stage.objects.bulk_create(
            Stage(pipeline=made, name=gettext(name), kind=kind, order=order, probability=probability, rot_days=rot_days)
            for order, (name, kind, probability, rot_days) in enumerate(STAGES)
        )
    return made


def offered_stages() -> QuerySet[Stage]:
    """All stages that a deal may go to, those of the default pipeline first."""
    rows = Stage.objects.select_related("pipeline").filter(archived_at=None, pipeline__archived_at=None)
    rows = rows.order_by("-pipeline__is_default", "pipeline__order", "pipeline_id", "order", "pk")
    # Asked once where the default one is there, as it nearly always is; the answer stays in the rows.
    if not any(stage.pipeline.is_default for stage in rows):
        default_pipeline()
        return rows.all()
    return rows
