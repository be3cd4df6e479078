"""Tags (CR-001): one word for all who carry it, and no edit that takes another's away."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from crm.contacts import actions, bulk, tags
from crm.contacts.models import Contact, Tag
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tests.committed import forgotten
from tests.people.conftest import Make
from tests.world import Salons


def carried(name: str) -> list[str]:
    return list(Contact.objects.get(name=name).tags)


@pytest.fixture
def committed(salons: Salons, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    """Aurora, in which what is written stays written until the test is over."""
    with django_db_blocker.unblock(), forgotten(salons.aurora.pk, Contact, Tag):
        yield salons.aurora.pk


def test_two_who_each_add_a_tag_both_keep_theirs(committed: int) -> None:
    with inside(committed):
        contact = Contact.objects.create(name="Ana")

    def add(word: str) -> None:
        try:
            with inside(committed):
                actions.retag(contact, add=[word], by=None)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, ["a", "b", "c", "d"]))
    with inside(committed):
        found = Contact.objects.get(pk=contact.pk)
        assert sorted(found.tags) == ["a", "b", "c", "d"]
        assert found.version == 5
        assert sorted(Tag.objects.values_list("name", flat=True)) == ["a", "b", "c", "d"]


@pytest.mark.usefixtures("aurora")
class TestTags:
    """Inside of Aurora."""

    def test_a_new_name_is_everybodys(self, make: Make) -> None:
        make("Ana", tags=["vip", "new"])
        make("Bia", tags=["vip"])
        tag = tags.create("vip", "", by=None)
        assert tags.change(tag, "VIP", "green", by=None) == 2
        assert (carried("Ana"), carried("Bia")) == (["VIP", "new"], ["VIP"])

    def test_two_become_one(self, make: Make) -> None:
        make("Ana", tags=["vip", "gold"])
        make("Bia", tags=["vip"])
        vip, gold = tags.create("vip", "", by=None), tags.create("gold", "", by=None)
        assert tags.merge(vip, gold, by=None) == 2
        assert (carried("Ana"), carried("Bia")) == (["gold"], ["gold"])
        assert list(Tag.objects.values_list("name", flat=True)) == ["gold"]

    def test_a_name_that_is_taken_is_refused(self) -> None:
        tags.create("vip", "", by=None)
        other = tags.create("gold", "", by=None)
        with pytest.raises(tags.NotPossible):
            tags.change(other, "vip", "", by=None)
        assert Tag.objects.get(pk=other.pk).name == "gold"

    def test_one_that_is_deleted_is_nobodys(self, make: Make) -> None:
        make("Ana", tags=["vip", "new"])
        tags.delete(tags.create("vip", "", by=None), by=None)
        assert carried("Ana") == ["new"]

    def test_counting_ends_somewhere(self, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tags, "COUNTED", 1)
        for name in ("Ana", "Bia", "Caio"):
            make(name, tags=["vip"])
        tag = tags.create("vip", "", by=None)
        assert tags.counts([tag]) == {tag.pk: 2}

    def test_a_line_of_tags_is_read_as_the_salon_spells_them(self) -> None:
        tags.create("VIP", "", by=None)
        assert tags.read(" vip,  new   guest ,VIP,,") == ["VIP", "new guest"]

    def test_many_at_once_with_a_line_for_each(self, make: Make) -> None:
        made = [make(name, tags=["old"]) for name in ("Ana", "Bia")]
        assert bulk.retag([one.pk for one in made], add=["vip"], remove=["old"], by=None) == 2
        assert carried("Ana") == carried("Bia") == ["vip"]
        assert AuditEntry.objects.filter(action="contact.changed").count() == 2
        assert bulk.retag([one.pk for one in made], add=["vip"], by=None) == 0

    def test_many_are_blocked(self, make: Make) -> None:
        made = [make(name) for name in ("Ana", "Bia")]
        assert bulk.block([one.pk for one in made], on=True, by=None) == 2
        assert Contact.objects.exclude(blocked_at=None).count() == 2
        assert bulk.block([one.pk for one in made], on=True, by=None) == 0
