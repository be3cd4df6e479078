"""A flow of Aurora's, and what Alice gives of it."""

from collections.abc import Callable
from typing import Any

import pytest

from flows import actions as flows
from flows.models import Flow
from ops.salon import inside
from tenants.sharing import actions
from tenants.sharing.kinds import kind_of
from tenants.sharing.models import Share
from tenants.sharing.rights import Right
from tests.flows.builder.conftest import hello
from tests.world import Browser, Salons

Give = Callable[..., Share]


@pytest.fixture
def flow(salons: Salons, db: None) -> Flow:
    """A published flow that Bob's role opens as little as any."""
    with inside(salons.aurora.pk):
        return flows.create("Welcome", hello())


@pytest.fixture
def second(salons: Salons, db: None) -> Flow:
    """Another one."""
    with inside(salons.aurora.pk):
        return flows.create("Goodbye", hello())


@pytest.fixture
def give(salons: Salons, alice: Browser) -> Give:
    """Alice gives somebody a right on a thing."""

    def give(thing: Any, to: Browser, right: Right = Right.VIEW, *, kind: str = "flow", **more: Any) -> Share:
        with inside(salons.aurora.pk):
            subject = ("member", str(to.member.pk))
            return actions.give(
                kind_of(kind), thing.public_id, subject, right, **{"by": alice.member, "until": None, **more}
            )

    return give


@pytest.fixture
def close(salons: Salons, alice: Browser) -> Callable[..., None]:
    """Alice closes a thing to all but those it was given to."""

    def close(thing: Any, kind: str = "flow") -> None:
        with inside(salons.aurora.pk):
            actions.restrict(kind_of(kind), thing.public_id, on=True, by=alice.member)

    return close
