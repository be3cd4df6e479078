"""The pages of secrets (FL-012): added, replaced, deleted, and never shown again (I26)."""

import pytest

from flows import actions
from flows.models import FlowSecret
from flows.runtime import secrets
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tenants.salons import rotating
from tests.flows.runtime.conftest import graph
from tests.world import Browser, Salons

pytestmark = pytest.mark.django_db
VALUE = "s3cr3t-value-9"


@pytest.fixture
def secret(salons: Salons, alice: Browser) -> FlowSecret:
    with inside(salons.aurora.pk):
        return secrets.add("SHOP_KEY", VALUE, ["api.example.com"], by=alice.member)


def value_of(salons: Salons, name: str = "SHOP_KEY") -> str:
    with inside(salons.aurora.pk):
        return secrets.opened([name])[name].value


def use_it(salons: Salons) -> None:
    """A published flow names it."""
    url, headers = "https://api.example.com/x", {"X-Key": "{{ secret.SHOP_KEY }}"}
    node = {"id": "h", "type": "http_request", "url": url, "headers": headers}
    with inside(salons.aurora.pk):
        actions.create("Ask the shop", graph(node, edges=["start>h"]))


def test_it_is_added(salons: Salons, alice: Browser) -> None:
    answer = alice.post(
        "/flows/secrets/new/", {"name": "SHOP_KEY", "value": VALUE, "hosts": "https://API.example.com/v1\n*.shop.io"}
    )
    assert answer.status_code == 303
    with inside(salons.aurora.pk):
        kept = FlowSecret.objects.get()
    assert (kept.name, kept.hosts) == ("SHOP_KEY", ["api.example.com", "*.shop.io"])
    assert (value_of(salons), VALUE.encode() in bytes(kept.sealed)) == (VALUE, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "1x"}, {"name": "a b"}, {"name": ""}, {"value": "short"}, {"value": ""}, {"value": "long\x01enough"},
        {"hosts": ""}, {"hosts": "localhost"}, {"hosts": "*.com"}, {"hosts": "exa mple"},
    ],
)  # fmt: skip
def test_a_mistake_is_shown_and_the_value_is_not(salons: Salons, alice: Browser, wrong: dict[str, str]) -> None:
    given = {"name": "KEY", "value": VALUE, "hosts": "api.example.com"} | wrong
    answer = alice.post("/flows/secrets/new/", given)
    assert answer.status_code == 422
    assert VALUE not in answer.content.decode()
    with inside(salons.aurora.pk):
        assert not FlowSecret.objects.exists()


def test_a_name_is_there_once(alice: Browser, secret: FlowSecret) -> None:
    again = {"name": "SHOP_KEY", "value": VALUE, "hosts": "api.example.com"}
    assert alice.post("/flows/secrets/new/", again).status_code == 422


def test_i26_no_page_shows_a_value(salons: Salons, alice: Browser, secret: FlowSecret) -> None:
    use_it(salons)
    for path in ("", f"{secret.public_id}/", f"{secret.public_id}/delete/"):
        page = alice.get_page(f"/flows/secrets/{path}")
        assert "SHOP_KEY" in page and "Ask the shop" in page
        assert VALUE not in page
    with inside(salons.aurora.pk):
        assert VALUE not in repr(list(AuditEntry.objects.values()))


def test_it_is_replaced(salons: Salons, alice: Browser, secret: FlowSecret) -> None:
    path = f"/flows/secrets/{secret.public_id}/"
    alice.post(path, {"value": "another-value-7", "hosts": "api.example.com"})
    assert value_of(salons) == "another-value-7"
    alice.post(path, {"value": "", "hosts": "api.example.org"})
    with inside(salons.aurora.pk):
        assert (value_of(salons), FlowSecret.objects.get().hosts) == ("another-value-7", ["api.example.org"])


def test_one_that_a_published_flow_needs_stays(salons: Salons, alice: Browser, secret: FlowSecret) -> None:
    use_it(salons)
    answer = alice.post(f"/flows/secrets/{secret.public_id}/delete/", HTTP_HX_REQUEST="true")
    assert answer.status_code == 409
    assert "Ask the shop" in answer.headers["HX-Trigger"]
    assert value_of(salons) == VALUE


def test_it_is_deleted(salons: Salons, alice: Browser, secret: FlowSecret) -> None:
    assert alice.post(f"/flows/secrets/{secret.public_id}/delete/").status_code == 303
    with inside(salons.aurora.pk):
        assert not FlowSecret.objects.exists()


@pytest.mark.parametrize("path", ["", "new/", "{secret}/", "{secret}/delete/"])
def test_who_may_not(bob: Browser, vera: Browser, secret: FlowSecret, path: str) -> None:
    where = "/flows/secrets/" + path.format(secret=secret.public_id)
    assert (bob.get(where).status_code, vera.get(where).status_code) == (403, 403)
    if path:
        assert vera.post(where, {"name": "X", "value": VALUE, "hosts": "a.example.com"}).status_code == 403


def test_another_salon_sees_nothing(salons: Salons, charlie: Browser, secret: FlowSecret) -> None:
    assert "SHOP_KEY" not in charlie.get_page("/flows/secrets/")
    for path in (f"{secret.public_id}/", f"{secret.public_id}/delete/"):
        assert charlie.get(f"/flows/secrets/{path}").status_code == 404
        answer = charlie.post(f"/flows/secrets/{path}", {"value": "of-charlie-9", "hosts": "evil.example.com"})
        assert answer.status_code == 404
    assert value_of(salons) == VALUE


def test_a_new_key_of_the_platform_opens_it_still(salons: Salons, secret: FlowSecret) -> None:
    """The salon's own key is wrapped anew and stays the same (rotate_salon_keys)."""
    rotating.rotate_keys()
    assert value_of(salons) == VALUE
