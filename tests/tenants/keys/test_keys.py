"""TN-007: what a key opens, from where, how long, and how another takes its place."""

from datetime import timedelta

import pytest

from ops import clock
from ops.addresses import network
from ops.salon import inside
from tenants.access.keys import NewKey, NotRotatable, add_key, find_key, replace_key, revoke_key, rotate_key
from tenants.access.models import ApiKey
from tenants.access.roles import Permission
from tenants.access.words import LABELS
from tenants.audit.models import AuditEntry
from tests.api.program import Program, problem, public_host
from tests.world import Browser, Salons

CONTACTS = "/api/v1/contacts/"


@pytest.fixture(params=["salon", "public"])
def host(request: pytest.FixtureRequest) -> str | None:
    """A key is shown at both doors."""
    return None if request.param == "salon" else public_host()


def test_only_a_hash_is_kept(salons: Salons, db: None) -> None:
    """TN-008: neither the row nor the audit log can be turned back into the key."""
    row, key = add_key(salons.aurora.pk, NewKey("Site"))
    kept = ApiKey.objects.filter(pk=row.pk).values().get()
    assert key not in str(kept) and key[len(row.prefix) :] not in str(kept) + repr(row) + str(row)
    with inside(salons.aurora.pk):
        entry = AuditEntry.objects.get(action="api_key.made")
    assert entry.after and key not in str(entry.after) and entry.after["prefix"] == key[:12]


def test_one_sentence_for_every_key_that_opens_nothing(salons: Salons, db: None, host: str | None) -> None:
    """TN-007: unknown, expired and revoked keys are told apart by nobody."""
    expired = add_key(salons.aurora.pk, NewKey("Old", expires_at=clock.now() - timedelta(seconds=1)))[1]
    row, revoked = add_key(salons.aurora.pk, NewKey("Gone"))
    revoke_key(row)
    answers = [
        Program(salons.aurora, key=key, host=host).get(CONTACTS) for key in ("cad_" + "x" * 43, expired, revoked)
    ]
    said = [problem(answer, 401)["detail"] for answer in answers]
    assert len(set(said)) == 1
    assert len({answer["WWW-Authenticate"] for answer in answers}) == 1


def test_from_other_addresses_it_opens_nothing(salons: Salons, db: None, host: str | None) -> None:
    """TN-007: addresses and networks of both families; the refusal says nothing of the list."""
    row, key = add_key(salons.aurora.pk, NewKey("Site", addresses=["203.0.113.0/24", "2001:db8::/32"]))
    program = Program(salons.aurora, key=key, host=host)
    for inside_it in ("203.0.113.9", "2001:db8:1::5", "::ffff:203.0.113.9"):
        assert program.get(CONTACTS, REMOTE_ADDR=inside_it).status_code == 200, inside_it
    row.refresh_from_db()
    assert row.last_used_from == "203.0.113.9" and row.refused_at is None
    for outside in ("198.51.100.1", "2001:db9::1", "unix:"):
        refused = program.get(CONTACTS, REMOTE_ADDR=outside, headers={"x-forwarded-for": "203.0.113.9"})
        assert "203.0" not in str(problem(refused, 403)), outside
    row.refresh_from_db()
    assert row.refused_from == "198.51.100.1"


def test_scopes_without_a_role(salons: Salons, db: None) -> None:
    """TN-007: such a key may what is chosen and nothing else."""
    program = Program(salons.aurora, key=add_key(salons.aurora.pk, NewKey("Site", "", ["contacts.see"]))[1])
    assert program.get(CONTACTS).status_code == 200
    problem(program.write("contacts/", {"name": "B"}), 403)
    bare = Program(salons.aurora, key=add_key(salons.aurora.pk, NewKey("Bare", ""))[1])
    problem(bare.get(CONTACTS), 403)


def test_the_old_key_is_good_until_its_time_is_over(alice: Browser, salons: Salons) -> None:
    """TN-007: rotation with overlap; afterwards it ends by itself, and nobody can rotate it a second time."""
    row, old = add_key(salons.aurora.pk, NewKey("Site", "", ["contacts.see"], ["127.0.0.1"], {"chat": 5}))
    made, new = replace_key(row, overlap=timedelta(hours=2), expires_at=None, by=alice.member)
    assert (made.name, made.role, made.scopes, made.addresses, made.rates) == (
        *("Site", "", ["contacts.see"], ["127.0.0.1"], {"chat": 5}),
    )
    assert find_key(old) == row and find_key(new) == made
    row.refresh_from_db()
    assert (row.state, row.replaced_by) == (ApiKey.State.ENDING, made.public_id)
    with pytest.raises(NotRotatable):
        replace_key(row, overlap=timedelta(days=9), expires_at=None, by=alice.member)
    ApiKey.objects.filter(pk=row.pk).update(expires_at=clock.now())
    assert find_key(old) is None and find_key(new) == made


def test_the_command_keeps_what_the_key_was(salons: Salons, db: None) -> None:
    """TN-007: rotating a narrow key does not make it a wide one."""
    ends = clock.now() + timedelta(days=30)
    old = add_key(salons.aurora.pk, NewKey("Site", "", ["contacts.see"], ["10.0.0.0/8"], expires_at=ends))[1]
    new = find_key(rotate_key(salons.aurora.pk, name="Site"))
    assert new is not None and find_key(old) is None
    assert (new.role, new.scopes, new.addresses) == ("", ["contacts.see"], ["10.0.0.0/8"])
    assert new.expires_at is not None and abs(new.expires_at - ends) < timedelta(minutes=1)


def test_every_permission_has_words() -> None:
    """TN-004: what cannot be said cannot be given."""
    assert LABELS.keys() == set(Permission)


def test_networks_as_they_are_meant() -> None:
    """TN-007: IPv4 written as IPv6 is IPv4."""
    assert str(network("203.0.113.7/24")) == "203.0.113.0/24"
    assert str(network("::ffff:203.0.113.0/120")) == "203.0.113.0/24"
