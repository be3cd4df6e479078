"""Work that other connections must see: committed, and taken away again."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker


@pytest.fixture
def committed(salons: Any, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """No transaction around the test; the public queues are empty before and after."""
    with django_db_blocker.unblock():
        _empty()
        yield
        _empty()


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE public.event_item, public.timer, public.inbox_item, public.outbox_item, public.delivery, "
            "public.clock_offset"
        )


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """Run functions at the same time, each in a thread with a connection of its own; what they gave or raised."""

    def run(*functions: Callable[[], Any]) -> list[Any]:
        results: list[Any] = [None] * len(functions)
        start = threading.Barrier(len(functions))

        def one(number: int) -> None:
            try:
                start.wait(timeout=10)
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

    return run
