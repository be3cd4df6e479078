"""Writing deals, their pipelines and tasks: a verb does the row, the audit line and the event."""

from crm.deals.actions.deals import (
    NewDeal,
    NoReason,
    NotOpen,
    Stale,
    WrongPlace,
    change,
    create,
    last_act,
    lose,
    move,
    reopen,
    win,
)

__all__ = [
    "NewDeal",
    "NoReason",
    "NotOpen",
    "Stale",
    "WrongPlace",
    "change",
    "create",
    "last_act",
    "lose",
    "move",
    "reopen",
    "win",
]
