"""BL-009: a list brings as many new contacts as the plan has room for; who is known is changed all the same."""

from collections.abc import Callable

from crm.contacts.models import Contact
from ops.salon import inside
from tests.billing.conftest import fresh, limit  # noqa: F401 - fixtures
from tests.lists.conftest import List, Make

LIST = """Nome;Celular
Ana Souza;(11) 98888-1234
Bia;11 97777-1234
Caio;11 96666-1234
"""


def test_the_rest_is_refused_with_the_way_out(lists: List, make: Make, limit: Callable[..., int]) -> None:  # noqa: F811
    make("Ana", phone="+5511988881234")
    with inside(lists.salon_id):
        limit(contacts=Contact.objects.count() + 1)
    lists.bring(LIST)
    lists.check({0: "name", 1: "phone"})
    assert lists.run().state == "done"
    counts = lists.counts()
    assert (counts["changed"], counts["created"], counts["refused"]) == (1, 1, 1)
    assert "Billing" in lists.refusals[4][1]
