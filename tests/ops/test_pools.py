"""Pools of connections end before the interpreter does."""

import os

from django.db import connection
from pytest_django import DjangoDbBlocker

from ops.apps import close_pools


def test_an_ending_process_leaves_no_pool_open(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    pools = connection._connection_pools  # type: ignore[attr-defined]
    with django_db_blocker.unblock():
        connection.close()
        connection.ensure_connection()
        connection.close()
        pool = pools[connection.alias]
        close_pools(of=os.getpid() + 1)
        assert not pool.closed
        close_pools(of=os.getpid())
    assert pool.closed
    assert connection.alias not in pools
