"""BL-010: a salon that is stopped takes no new visits from its page; what was booked before stays the guest's."""

import pytest

from billing.subscriptions import entitlement
from billing.subscriptions.entitlement import Entitlement, apply
from billing.subscriptions.states import State
from tests.bookings.page.conftest import Visitor, text_of


def stands(visitor: Visitor, state: State) -> None:
    apply(visitor.chair.salon_id, Entitlement(plan="pro", state=state, currency="BRL", gateway=""))
    entitlement.forget()


@pytest.mark.parametrize("state", [State.SUSPENDED, State.PAUSED])
def test_it_says_so_kindly_and_loses_nothing(visitor: Visitor, state: State) -> None:
    manage = visitor.held()
    choice = visitor.choice("11:00")
    ticket = visitor.ticket(choice)
    stands(visitor, state)
    for answer in (
        visitor.see("/book/"),
        visitor.client.post("/book/", {**choice, "name": "Rita", "phone": "(11) 97777-6666", "ticket": ticket}),
        visitor.client.post("/book/wait/", choice, follow=True),
    ):
        page = text_of(answer)
        assert "takes no bookings here at the moment" in page
        # What the salon owes is nobody else's business.
        assert "payment" not in page
    assert visitor.bookings() == ["held"]
    assert "One step left" in text_of(visitor.see(manage))
    assert visitor.client.post(f"{manage}cancel/", {"lang": "en"}).status_code == 303
    stands(visitor, State.ACTIVE)
    assert "Corte" in text_of(visitor.see("/book/"))
