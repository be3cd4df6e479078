"""As whom the services run: PostgreSQL refuses root, so root lends them `nobody`."""

import grp
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOBODY_ID = 65534
REACH_SCRIPT = 'cd "$1" && test -x .'
RUN_SCRIPT = 'test -x "$1"'


@dataclass(frozen=True, slots=True)
class Account:
    """A user and group that root may give to a child; `None` in its place means: as we are."""

    uid: int
    gid: int

    def spawn_as(self) -> dict[str, Any]:
        """Arguments of subprocess that give a child this identity."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def nobody() -> Account:
    """The account without rights; by number on a machine that has no name for it."""
    try:
        uid = pwd.getpwnam("nobody").pw_uid
    except KeyError:
        uid = NOBODY_ID
    try:
        return Account(uid, grp.getgrnam("nogroup").gr_gid)
    except KeyError:
        return Account(uid, pwd.getpwuid(uid).pw_gid if uid != NOBODY_ID else NOBODY_ID)


def spawn_as(account: Account | None) -> dict[str, Any]:
    """Arguments of subprocess for a child run as `account`."""
    return account.spawn_as() if account else {}


def _asked(account: Account, script: str, path: Path) -> bool:
    # Asked of the kernel by a real child: modes, ACLs and mounts all count, and os.access() would answer for root.
    done = subprocess.run(
        ["/bin/sh", "-c", script, "sh", str(path)], cwd="/", capture_output=True, check=False, **account.spawn_as()
    )
    return done.returncode == 0


def can_enter(account: Account | None, folder: Path) -> bool:
    """Whether the account reaches this folder; a 0700 parent such as /root forbids it."""
    return account is None or _asked(account, REACH_SCRIPT, folder)


def can_run(account: Account | None, program: Path) -> bool:
    """Whether the account may execute this file where it lies."""
    return os.access(program, os.X_OK) if account is None else _asked(account, RUN_SCRIPT, program)
