"""Where the embedded services keep their data and programs."""

import hashlib
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ops.services.account import Account, can_enter, can_run, nobody
from ops.services.trouble import Trouble

COMMON_TEMP = Path("/var/tmp")  # noqa: S108  (outlives a reboot; the folder in it is ours, checked below)


OURS = ".cadeira"  # in a folder that was made by us, so that `make clean` may remove it whole


@dataclass(frozen=True, slots=True)
class Place:
    """A folder for data and programs, and the account that works in it."""

    state_dir: Path
    root: Path
    account: Account | None

    @property
    def elsewhere(self) -> bool:
        """Whether the files had to leave STATE_DIR."""
        return self.root != self.state_dir

    def own(self, path: Path) -> None:
        """Give a file or folder to the account."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)


def elsewhere_of(state_dir: Path) -> Path:
    """The folder that stands in for a STATE_DIR the services' account cannot reach."""
    base = COMMON_TEMP if COMMON_TEMP.is_dir() else Path(tempfile.gettempdir())
    return base / f"cadeira-{os.geteuid()}-{hashlib.sha256(os.fsencode(state_dir)).hexdigest()[:12]}"


def make_state_dir(state_dir: Path) -> Path:
    """STATE_DIR with its folders, writable by us."""
    try:
        if not state_dir.exists() or not any(state_dir.iterdir()):
            state_dir.mkdir(parents=True, exist_ok=True)
            (state_dir / OURS).touch()
        for folder in (state_dir, state_dir / "log", state_dir / "run"):
            folder.mkdir(parents=True, exist_ok=True)
        probe = state_dir / "run" / f".write-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Trouble(
            f"Cannot write to {error.filename or state_dir} ({error.strerror}). Give yourself write permission there "
            f"(its owner may run `make clean`), or choose another folder: `STATE_DIR=$HOME/cadeira-state make up`."
        ) from None
    return state_dir


def _make_elsewhere(state_dir: Path) -> Path:
    folder = elsewhere_of(state_dir)
    folder.mkdir(mode=0o755, exist_ok=True)
    seen = folder.lstat()
    # The name can be guessed, so someone else may have made it first to read or swap our data.
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid() or seen.st_mode & 0o022:
        raise Trouble(f"{folder} exists and is not ours alone. Remove it and start again.")
    folder.chmod(0o755)
    return folder


def find_place(state_dir: Path) -> Place:
    """Where to keep the services' files: STATE_DIR, unless root's stand-in account cannot reach it."""
    if os.geteuid() != 0:
        return Place(state_dir, state_dir, None)
    for data in state_dir.glob("postgres-*/"):
        owner = data.stat()
        if owner.st_uid != 0:  # made by an ordinary user before: go on as that user
            return Place(state_dir, state_dir, Account(owner.st_uid, owner.st_gid))
    account = nobody()
    reachable = can_enter(account, state_dir)
    return Place(state_dir, state_dir if reachable else _make_elsewhere(state_dir), account)


def runnable(place: Place, program: Path, tree: Path, *, siblings: tuple[Path, ...] = (), version: str) -> Path:
    """`program` where the account can run it: as it lies, or as a copy of `tree` and `siblings` in the place.

    Siblings keep their relative place, because the programs find their libraries by `$ORIGIN`.
    """
    if can_run(place.account, program):
        return program
    home = place.root / "programs" / version
    if not home.is_dir():
        fresh = Path(tempfile.mkdtemp(dir=place.root, prefix="programs."))
        for part in (tree, *siblings):
            shutil.copytree(part, fresh / part.name, symlinks=True)
        fresh.chmod(0o755)
        home.parent.mkdir(mode=0o755, exist_ok=True)
        fresh.rename(home)
    return home / tree.name / program.relative_to(tree)
