"""Deliveries on disk survive whatever happens to the process that wrote them."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from channels_wa.gate.delivery import SealedDelivery
from channels_wa.gate.spool import Spool, SpoolFile, SpoolFull
from ops.ids import uuid7


def delivery(raw: bytes = b"sealed") -> SealedDelivery:
    return SealedDelivery(uuid7().bytes, 1_764_000_000_123_456, b"sha256=" + b"a" * 64, raw)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.spool"))


def everything(spool: Spool) -> list[SealedDelivery]:
    return [one for file in spool.take() for one in file.deliveries()]


def abandoned(folder: Path, *deliveries: SealedDelivery) -> Path:
    """A file whose process is gone."""
    spool = Spool(folder)
    spool.append(deliveries)
    spool.close()
    return files(folder)[0]


def test_gives_back_what_it_was_given(tmp_path: Path) -> None:
    spool, kept = Spool(tmp_path / "new" / "folder"), [delivery(b""), delivery(b"x" * 5_000_000), delivery(b"cad1" * 9)]
    spool.append(kept[:2])
    spool.append(kept[2:])
    assert everything(spool) == kept


def test_a_file_is_removed_only_when_done(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append([delivery()])
    (file,) = spool.take()
    list(file.deliveries())
    assert files(tmp_path) == [file.path]
    spool.done(file)
    assert files(tmp_path) == []


def test_what_is_being_moved_is_not_appended_to(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append([delivery()])
    (file,) = spool.take()
    spool.append([delivery()])
    assert len(list(file.deliveries())) == 1
    assert len(files(tmp_path)) == 2


def test_two_gates_never_take_the_same_file(tmp_path: Path) -> None:
    alive = Spool(tmp_path)
    alive.append([delivery()])
    assert Spool(tmp_path).take() == []


def test_a_leftover_is_taken(tmp_path: Path) -> None:
    kept = delivery()
    abandoned(tmp_path, kept)
    assert everything(Spool(tmp_path)) == [kept]


def test_a_leftover_that_its_owner_removed_meanwhile_is_none(tmp_path: Path) -> None:
    path = abandoned(tmp_path, delivery())
    other_name = tmp_path / "open"
    os.link(path, other_name)
    path.unlink()
    other_name.rename(path)
    fd = os.open(path, os.O_RDWR)
    path.unlink()
    fcntl.flock(fd, fcntl.LOCK_EX)
    assert SpoolFile.leftover(path) is None
    os.close(fd)


def test_it_survives_kill_9(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from channels_wa.gate.spool import Spool;"
        "from channels_wa.gate.delivery import SealedDelivery as D;"
        "Spool(Path(sys.argv[1])).append([D(bytes(16), 1, b's', b'oi')]); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert [one.raw for one in everything(Spool(tmp_path))] == [b"oi"]


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_torn_end_is_passed_over(tmp_path: Path, cut: int) -> None:
    whole = delivery()
    path = abandoned(tmp_path, whole, delivery())
    os.truncate(path, path.stat().st_size - cut)
    spool = Spool(tmp_path)
    assert everything(spool) == [whole]
    spool.done(spool.take()[0])
    assert list(tmp_path.iterdir()) == []


def test_damage_in_the_middle_loses_one_and_keeps_the_file(tmp_path: Path) -> None:
    first, last = delivery(), delivery()
    path = abandoned(tmp_path, first, delivery(b"damaged"), last)
    path.write_bytes(path.read_bytes().replace(b"damaged", b"DAMAGED"))
    spool = Spool(tmp_path)
    assert everything(spool) == [first, last]
    spool.done(spool.take()[0])
    assert [left.suffix for left in tmp_path.iterdir()] == [".damaged"]


@pytest.mark.parametrize("rubbish", [b"", b"c", b"cad1", b"rubbish" * 99, b"cad1\xff\xff\xff\xff\0\0\0\0"])
def test_rubbish_is_no_delivery(tmp_path: Path, rubbish: bytes) -> None:
    (tmp_path / "x.spool").write_bytes(rubbish)
    assert everything(Spool(tmp_path)) == []


def test_a_write_that_fails_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool, kept = Spool(tmp_path), delivery()
    spool.append([kept])

    def no_disk(_: int) -> None:
        raise OSError("disk")

    with monkeypatch.context() as failing:
        failing.setattr(os, "fsync", no_disk)
        with pytest.raises(OSError, match="disk"):
            spool.append([delivery(b"not acknowledged")])
    assert everything(spool) == [kept]


def test_the_disk_is_not_filled_to_the_brim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels_wa.gate.spool._FREE_BYTES", 1 << 60)
    with pytest.raises(SpoolFull):
        Spool(tmp_path).append([delivery()])
