"""Flows that somebody works on, and people who do it."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from flows import actions
from flows.models import Flow
from ops.salon import inside
from tenants.members.models import Member
from tests.flows.flow import drawing, say
from tests.world import Browser, Salons

JSON = dict[str, Any]


def hello(text: str = "Oi!") -> JSON:
    """A drawing that says one thing."""
    return drawing(say("hi", text), edges="start.done>hi")


def fresh(flow: Flow) -> Flow:
    """The flow as the database has it; call it inside the salon."""
    return Flow.objects.select_related("published", "draft_by").get(pk=flow.pk)


@pytest.fixture
def aurora(salons: Salons, db: None) -> Iterator[int]:
    """Inside Aurora."""
    with inside(salons.aurora.pk):
        yield salons.aurora.pk


@pytest.fixture
def ana(aurora: int) -> Member:
    """A colleague."""
    return Member.objects.create(user_id=9001, name="Ana")


@pytest.fixture
def bea(aurora: int) -> Member:
    """Another."""
    return Member.objects.create(user_id=9002, name="Bea")


@pytest.fixture
def drawn(aurora: int, ana: Member) -> Flow:
    """A flow that Ana has drawn and not published: revision 1."""
    return actions.draw("Welcome", hello(), by=ana)


@pytest.fixture
def live(salons: Salons, db: None, alice: Browser) -> Flow:
    """A published flow, for tests of pages."""
    with inside(salons.aurora.pk):
        return actions.create("Welcome", hello())


@pytest.fixture
def at_once(salons: Salons, django_db_blocker: DjangoDbBlocker) -> Iterator[Callable[..., list[Any]]]:
    """Run functions inside Aurora at the same time, each in a thread with a connection of its own; what they gave or
    raised. What is committed before is taken away after the test."""

    def run(*functions: Callable[[], Any]) -> list[Any]:
        results: list[Any] = [None] * len(functions)
        start = threading.Barrier(len(functions))

        def one(number: int) -> None:
            try:
                start.wait(timeout=10)
                with inside(salons.aurora.pk):
                    results[number] = functions[number]()
            except Exception as error:
                results[number] = error
            finally:
                connection.close()

        threads = [threading.Thread(target=one, args=(number,)) for number in range(len(functions))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        return results

    with django_db_blocker.unblock():
        yield run
        with inside(salons.aurora.pk):
            Flow.objects.update(published=None)
            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE flow, audit_entry, event CASCADE")
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE public.event_item")
