"""TN-006: the audit log is chained; whatever is changed afterwards is found, by the row's name."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from ops import clock
from ops.salon import inside
from tenants.audit import actions as audit
from tenants.audit.context import Acting, acting_as
from tenants.audit.models import AuditEntry
from tenants.audit.sealing import checking, pruning, sealer
from tenants.audit.sealing.chain import COLUMNS, beginning, digest_of, hash_of, seal
from tenants.audit.sealing.models import AuditChain, AuditDue, AuditHead
from tenants.members.models import Member
from tests.world import Salons


@pytest.fixture
def salon(salons: Salons, db: None) -> int:
    """Aurora with three acts more than it had, all sealed."""
    note(salons.aurora.pk, "one", "two", "three")
    sealer.seal_salon(salons.aurora.pk)
    return int(salons.aurora.pk)


def note(salon_id: int, *words: str) -> None:
    with inside(salon_id):
        for word in words:
            audit.record("test.done", subject=word, before={"name": "Ana"}, after={"name": word})


def forge(salon_id: int, sql: str, params: Any = ()) -> None:
    """As somebody with the rights of the database's owner would."""
    with inside(salon_id), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute(sql, params)
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")


def place_of(salon_id: int, subject: str) -> int:
    with inside(salon_id):
        place = AuditEntry.objects.get(subject=subject).position
    assert place is not None
    return place


def test_a_whole_chain_is_whole(salon: int) -> None:
    found = checking.check(salon)
    assert found.is_whole, found.why
    with inside(salon):
        assert found.rows == AuditEntry.objects.count()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "nothing.done"),
        ("actor", "x"),
        ("at", "2020-01-01"),
        ("after", '{"name": "x"}'),
        ("ip", "10.0.0.1"),
        ("actor_name", "x"),
    ],
)
def test_what_was_changed_is_named(salon: int, column: str, value: str) -> None:
    forge(salon, f"UPDATE audit_entry SET {column} = %s WHERE subject = 'two'", [value])
    found = checking.check(salon)
    assert found.broken_position == place_of(salon, "two")
    with pytest.raises(CommandError):
        call_command("verify_audit", salon="aurora")


@pytest.mark.parametrize("column", ["hash", "digest", "actor_digest"])
def test_a_seal_that_was_taken_away_is_named(salon: int, column: str) -> None:
    forge(salon, f"UPDATE audit_entry SET {column} = NULL WHERE subject = 'two'")
    found = checking.check(salon)
    assert (found.broken_position, "taken away" in found.why) == (place_of(salon, "two"), column != "actor_digest")


def test_what_was_removed_is_named(salon: int) -> None:
    gone = place_of(salon, "two")
    forge(salon, "DELETE FROM audit_entry WHERE subject = 'two'")
    assert checking.check(salon).broken_position == gone


def test_the_newest_cannot_be_cut_off(salon: int) -> None:
    gone = place_of(salon, "three")
    forge(salon, "DELETE FROM audit_entry WHERE subject = 'three'")
    assert checking.check(salon).broken_position == gone


def test_a_chain_that_was_written_anew_does_not_fit_the_public_heads(salon: int) -> None:
    """Whoever owns the schema alone can make hashes that fit each other, but not the public side."""
    forge(salon, "UPDATE audit_entry SET action = 'x' WHERE subject = 'two'")
    forge(
        salon,
        "UPDATE audit_entry SET position = NULL, hash = NULL, salt = NULL, digest = NULL, "
        "actor_salt = NULL, actor_digest = NULL WHERE position > 0",
    )
    chain = AuditChain.objects.get(salon_id=salon)
    honest = chain.hash
    AuditChain.objects.filter(pk=chain.pk).update(position=0, hash=beginning(salon))
    # The same sealing as ours, over the forged rows; then the public side is as it was.
    _forged(salon)
    AuditChain.objects.filter(pk=chain.pk).update(position=chain.position, hash=honest)
    found = checking.check(salon)
    assert found.broken_position == chain.position
    assert "public" in found.why


def _forged(salon_id: int) -> None:
    last = beginning(salon_id)
    with inside(salon_id), connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM audit_entry ORDER BY id")
        for place, row in enumerate(cursor.fetchall(), 1):
            made = seal(row, position=place, after=last)
            last = made.hash
            cursor.execute(
                "UPDATE audit_entry SET position = %s, hash = %s, salt = %s, digest = %s, actor_salt = %s, "
                "actor_digest = %s WHERE id = %s",
                [*made[1:], made.id],
            )


def test_rows_cannot_be_changed_or_removed(salon: int) -> None:
    """The trigger lets sealing, retention and erasure through, each for what is theirs."""
    for change in (
        lambda: AuditEntry.objects.filter(subject="two").update(action="x"),
        lambda: AuditEntry.objects.filter(subject="two").update(position=None),
        lambda: AuditEntry.objects.filter(subject="two").update(before=None, after=None),
        lambda: AuditEntry.objects.filter(subject="two").delete(),
    ):
        with inside(salon), pytest.raises(IntegrityError), transaction.atomic():
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditHead.objects.filter(salon_id=salon).delete()


def test_what_is_committed_late_is_sealed_later(salon: int) -> None:
    """A row whose id is older than sealed ones, as a long transaction leaves it, is neither skipped nor a break."""
    oldest = place_of(salon, "one")
    with inside(salon):
        made = AuditEntry(action="test.late", subject="late", actor_kind="system", at=clock.now() - timedelta(hours=1))
        made.pk = -1
        made.save(force_insert=True)
    sealer.seal_salon(salon)
    assert place_of(salon, "late") > oldest
    assert checking.check(salon).is_whole


def test_only_salons_with_new_rows_are_visited(salons: Salons, salon: int) -> None:
    assert not AuditDue.objects.filter(salon_id=salon).exists()
    AuditDue.objects.all().delete()
    note(salon, "four")
    assert set(AuditDue.objects.values_list("salon_id", flat=True)) == {salon}
    assert sealer.seal_all() == 1
    assert not AuditDue.objects.exists()


def test_retention_takes_the_oldest_and_the_chain_goes_on(salon: int) -> None:
    with inside(salon):
        count = AuditEntry.objects.count()
    assert pruning.prune(salon, clock.now() - timedelta(days=1)) == 0
    assert pruning.prune(salon, clock.now() + timedelta(seconds=1)) == count
    note(salon, "after")
    sealer.seal_salon(salon)
    found = checking.check(salon)
    assert (found.is_whole, found.rows) == (True, 1)


def test_a_guest_is_erased_and_the_chain_holds(salon: int) -> None:
    """CO-001: the values go, who did what and when stays."""
    with inside(salon):
        assert pruning.erase(["two"], words=["three"]) == 2
        left = AuditEntry.objects.get(subject="two")
        assert (left.before, left.after, left.action) == (None, None, "test.done")
    found = checking.check(salon)
    assert (found.is_whole, found.erased) == (True, 2)
    forge(salon, "UPDATE audit_entry SET after = '{}' WHERE subject = 'two'")
    assert checking.check(salon).broken_position == place_of(salon, "two")


@pytest.fixture
def by_two(salons: Salons, salon: int) -> tuple[Member, Member]:
    """Two of the team, each of whom has done one thing that is sealed and one that is not."""
    with inside(salon):
        ana, bia = (Member.objects.create(user_id=90 + n, name=name) for n, name in enumerate(("Ana", "Bia")))
    for _ in range(2):
        sealer.seal_salon(salon)
        with inside(salon), acting_as(Acting("203.0.113.7")):
            audit.record("test.done", subject="three", by=ana, after={"n": 1})
            audit.record("test.done", subject="four", by=bia)
    return ana, bia


def test_co001_one_of_the_team_is_forgotten_and_the_chain_holds(salon: int, by_two: tuple[Member, Member]) -> None:
    """Name and addresses go from what they did, and of nobody else; that it was one person stays."""
    ana, bia = by_two
    with inside(salon):
        assert pruning.forget_actor(ana.public_id) == 2
        assert pruning.forget_actor(ana.public_id) == 0
        rows = AuditEntry.objects.filter(actor=str(ana.public_id)).values_list("actor_name", "ip", "after")
        assert list(rows) == [("", None, {"n": 1})] * 2
        others = AuditEntry.objects.filter(actor=str(bia.public_id)).values_list("actor_name", "ip")
        assert list(others) == [("Bia", "203.0.113.7")] * 2
    assert checking.check(salon).is_whole
    sealer.seal_salon(salon)
    assert checking.check(salon).is_whole


def test_a_name_that_is_put_back_or_taken_away_unasked_is_found(salon: int, by_two: tuple[Member, Member]) -> None:
    ana, bia = by_two
    with inside(salon):
        pruning.forget_actor(ana.public_id)
        with pytest.raises(IntegrityError), transaction.atomic():
            AuditEntry.objects.filter(actor=str(bia.public_id)).update(actor_name="", ip=None, actor_salt=None)
    forge(salon, "UPDATE audit_entry SET actor_name = 'Eve' WHERE actor = %s", [str(ana.public_id)])
    found = checking.check(salon)
    assert (found.is_whole, "who did it was changed" in found.why) == (False, True)


def test_rows_from_before_names_had_a_digest_hold_still(salon: int, by_two: tuple[Member, Member]) -> None:
    """Their hash has the name itself: it stays, and nothing breaks."""
    forge(salon, "UPDATE audit_entry SET position = NULL, hash = NULL, salt = NULL, digest = NULL, actor_salt = NULL, "
                 "actor_digest = NULL WHERE position > 0")  # fmt: skip
    last, place = beginning(salon), 0
    with inside(salon), connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM audit_entry ORDER BY id")
        for place, row in enumerate(cursor.fetchall(), 1):
            digest = digest_of(b"salt", row)
            last = hash_of(row, position=place, after=last, digest=digest, actor_digest=None)
            cursor.execute(
                "UPDATE audit_entry SET position = %s, hash = %s, salt = 'salt', digest = %s WHERE id = %s",
                [place, last, digest, row[0]],
            )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL cadeira.audit_prunes = 'on'")
        cursor.execute("DELETE FROM audit_head")
    AuditChain.objects.filter(salon_id=salon).update(position=place, hash=last)
    assert checking.check(salon).is_whole
    with inside(salon):
        assert pruning.forget_actor(by_two[0].public_id) == 0
    assert checking.check(salon).is_whole
