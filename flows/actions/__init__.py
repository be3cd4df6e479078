"""Making, drawing and publishing flows."""

from flows.actions.drafts import Archived, Stale, discard_draft, restore_version, revert, save_draft
from flows.actions.keeping import (
    BadName,
    archive,
    draw,
    duplicate,
    let_go_first,
    rename,
    restore,
    resume,
    set_priority,
    set_settings,
    switch,
)
from flows.actions.publishing import NothingToPublish, TestsFailed, create, publish, publish_draft

__all__ = [
    "Archived",
    "BadName",
    "NothingToPublish",
    "Stale",
    "TestsFailed",
    "archive",
    "create",
    "discard_draft",
    "draw",
    "duplicate",
    "let_go_first",
    "publish",
    "publish_draft",
    "rename",
    "restore",
    "restore_version",
    "resume",
    "revert",
    "save_draft",
    "set_priority",
    "set_settings",
    "switch",
]
