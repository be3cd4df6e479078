"""I23, TN-001: 50 salons at once through one process: threads, coroutines, sockets, HTTP; no row of another salon.

PARALLEL_OPERATIONS=100000 is the long form.
"""

import asyncio
import os
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock

import pytest
from asgiref.sync import async_to_sync
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from crm.contacts.models import Tag
from ops.live import group
from ops.salon import TenantMismatch, inside, run_in_salon, schema_of
from tenants.access.keys import make_key
from tenants.access.models import ApiKey
from tenants.salons.hosts import salon_host
from tenants.salons.models import Domain, Salon
from tests.world import Salons

SALONS, THREADS = 50, 12
OPERATIONS = int(os.environ.get("PARALLEL_OPERATIONS", "800"))
TABLES = ("tag", "audit_entry")


class Story:
    """What is done with the salons, and what was seen of others."""

    def __init__(self, salons: list[Salon], keys: dict[int, str]) -> None:
        self.salons, self.keys = salons, keys
        self.wrong: list[str] = []
        self.done: dict[str, int] = {}
        self._lock = Lock()

    def act(self, number: int) -> None:
        """One operation in one salon, chosen by its number."""
        rng = random.Random(number)
        salon, name = rng.choice(self.salons), rng.choice(sorted(ACTS))
        try:
            for seen in ACTS[name](self, salon, rng):
                if not seen.startswith(f"{salon.slug} "):
                    self.wrong.append(f"{name} in {salon.slug} saw {seen}")
        finally:
            connections.close_all()
        with self._lock:
            self.done[name] = self.done.get(name, 0) + 1


def names() -> list[str]:
    return list(Tag.objects.values_list("name", flat=True))


def write(_story: Story, salon: Salon, rng: random.Random) -> list[str]:
    word = f"{salon.slug} {rng.random()}"
    return run_in_salon(salon.pk, lambda: [Tag.objects.create(name=word).name, *names()])


def change(_story: Story, salon: Salon, rng: random.Random) -> list[str]:
    def work() -> list[str]:
        with transaction.atomic():
            first = Tag.objects.select_for_update().order_by("pk").first()
            if first is not None:
                first.colour = salon.slug[:10]
                first.save(update_fields=["colour"])
            if rng.random() < 0.2:
                Tag.objects.order_by("-pk").filter(pk=first.pk if first else 0).delete()
        return names()

    return run_in_salon(salon.pk, work)


def fail(_story: Story, salon: Salon, rng: random.Random) -> list[str]:
    """What breaks half-way leaves nothing, and the connection where it was."""

    def work() -> None:
        with transaction.atomic():
            Tag.objects.create(name=f"{salon.slug} undone {rng.random()}")
            raise KeyError

    with suppress(KeyError):
        run_in_salon(salon.pk, work)
    found = run_in_salon(salon.pk, names)
    assert not any("undone" in one for one in found)
    return found


def leave(story: Story, salon: Salon, rng: random.Random) -> list[str]:
    """A queryset that leaves its salon, and a door within another's transaction: both stop."""
    with inside(salon.pk):
        lazy = Tag.objects.all()
    with pytest.raises(TenantMismatch), inside(rng.choice(story.salons).pk), transaction.atomic():
        other = next(one for one in story.salons if one.pk != salon.pk and one.pk % 2 != rng.randrange(2))
        Tag.objects.create(name="nobody's")
        with inside(other.pk):
            list(lazy)
        raise TenantMismatch
    return run_in_salon(salon.pk, names)


def remember(_story: Story, salon: Salon, rng: random.Random) -> list[str]:
    """The same key in each salon."""

    def work() -> list[str]:
        cache.set("greeting", f"{salon.slug} says {rng.random()}")
        return [str(cache.get("greeting"))]

    return run_in_salon(salon.pk, work)


def ask(story: Story, salon: Salon, _rng: random.Random) -> list[str]:
    """By the API, as a program of the salon."""
    host = {"host": salon_host(salon.slug), "authorization": f"Api-Key {story.keys[salon.pk]}"}
    answer = Client(headers=host).get("/api/v1/tags/", {"limit": "200"})
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["results"]]


Act = Callable[[Story, Salon, random.Random], list[str]]
ACTS: dict[str, Act] = {
    "write": write,
    "change": change,
    "fail": fail,
    "leave": leave,
    "remember": remember,
    "ask": ask,
}


@pytest.fixture
def many(salons: Salons, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[list[Salon], dict[int, str]]]:
    """Salons whose schemas have the tables that are used here; whole ones would take longer to open than the test."""
    with django_db_blocker.unblock():
        made = Salon.objects.bulk_create(
            [
                Salon(
                    name=f"p{number}", slug=f"p{number}", plan="unlimited", state="active", schema_name=f"tmp{number}"
                )
                for number in range(SALONS)
            ]
        )
        with connection.cursor() as cursor:
            for salon in made:
                cursor.execute(f"CREATE SCHEMA {schema_of(salon.pk)}")
                for table in TABLES:
                    like = f"{schema_of(salons.aurora.pk)}.{table} INCLUDING ALL"
                    cursor.execute(f"CREATE TABLE {schema_of(salon.pk)}.{table} (LIKE {like})")
        for salon in made:
            Salon.objects.filter(pk=salon.pk).update(schema_name=schema_of(salon.pk))
        hosts = [(f"{salon.slug}.cadeira.localhost", salon) for salon in made]
        Domain.objects.bulk_create([Domain(domain=host, tenant=salon, is_primary=True) for host, salon in hosts])
        keys = {salon.pk: make_key(salon.pk, name="x", role="owner") for salon in made}
        yield made, keys
        connections.close_all()
        ids = [salon.pk for salon in made]
        ApiKey.objects.filter(salon_id__in=ids).delete()
        Domain.objects.filter(tenant_id__in=ids).delete()
        with connection.cursor() as cursor:
            for pk in ids:
                cursor.execute(f"DROP SCHEMA {schema_of(pk)} CASCADE")
            cursor.execute("DELETE FROM salon WHERE id = ANY(%s)", [ids])


async def coroutines(story: Story) -> None:
    """The same operations by coroutines, and everybody's news at the same time."""
    layer = get_channel_layer()
    ears = {salon.pk: await layer.new_channel() for salon in story.salons}
    for pk, ear in ears.items():
        await layer.group_add(group(pk, "news"), ear)

    async def tell(salon: Salon) -> None:
        await layer.group_send(group(salon.pk, "news"), {"type": "live", "message": salon.slug})

    acts = [database_sync_to_async(story.act)(number) for number in range(OPERATIONS, OPERATIONS + OPERATIONS // 4)]
    await asyncio.gather(*acts, *(tell(salon) for salon in story.salons))
    for salon in story.salons:
        heard = await asyncio.wait_for(layer.receive(ears[salon.pk]), 5)
        assert heard["message"] == salon.slug
        assert layer.channels.get(ears[salon.pk]) is None or layer.channels[ears[salon.pk]].empty()


def test_i23_fifty_salons_at_once(many: tuple[list[Salon], dict[int, str]], django_db_blocker: DjangoDbBlocker) -> None:
    story = Story(*many)
    with django_db_blocker.unblock():
        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(story.act, range(OPERATIONS)))
        async_to_sync(coroutines)(story)
        assert not story.wrong, story.wrong[:5]
        assert story.done.keys() == ACTS.keys() and sum(story.done.values()) == OPERATIONS + OPERATIONS // 4
        total = 0
        with connection.cursor() as cursor:
            for salon in story.salons:
                cursor.execute(f"SELECT name, colour FROM {schema_of(salon.pk)}.tag")
                for name, colour in cursor.fetchall():
                    total += 1
                    assert name.startswith(f"{salon.slug} ") and colour in ("", salon.slug)
        assert total > OPERATIONS // 20
