"""TN-008, I26: whoever has a copy of the database opens no session and reads none."""

import re
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection

from ops import clock
from tenants.accounts.keeping import SessionStore, hashed, read
from tenants.accounts.models import Session
from tests.tenants.people import Person, registered

AURORA = "http://aurora.cadeira.localhost:8000"
EMAIL = "nina@example.com"


def everything() -> str:
    """Every row of the public side as a dump has it: bytes as hex."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        said = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM public."{table}" t')
            said += [row for (row,) in cursor.fetchall()]
    return "\n".join(said)


def is_in(text: str, secret: str) -> bool:
    return secret in text or secret.encode().hex() in text


def keys_of(person: Person) -> list[str]:
    return [jar.cookies["__Host-session"].value for jar in person.jars.values()]


def test_tn008_no_key_of_a_session_is_in_the_database(dora_inside: Person) -> None:
    """Of the public host and of a salon, with the code that led from one to the other."""
    keys, said = keys_of(dora_inside), everything()
    assert len(keys) == 2
    assert all(is_in(said, hashed(key)) for key in keys)
    assert not [key for key in keys if is_in(said, key)]


def test_tn008_what_a_table_shows_opens_nothing(dora_inside: Person) -> None:
    host = AURORA.partition("//")[2]
    for row in Session.objects.all():
        thief = Person()
        thief.at(host).cookies["__Host-session"] = row.key_hash
        assert thief.open(f"{AURORA}/inbox/").status_code == 302


def test_tn008_the_secret_of_a_second_factor_that_is_being_set_up_is_not_readable(person: Person, db: Any) -> None:
    registered(EMAIL)
    person.log_in(EMAIL)
    page = person.open("/accounts/2fa/totp/activate/").content.decode()
    secret = re.findall(r'account__key">([A-Z2-7]+)<', page)[0]
    assert read(keys_of(person))[keys_of(person)[0]]["mfa.totp.secret"] == secret
    assert not is_in(everything(), secret)


def test_a_session_copied_over_another_opens_nothing(db: Any) -> None:
    """A row is sealed for its own place."""
    one, other = SessionStore(), SessionStore()
    one["whose"], other["whose"] = "Nina's", "Eve's"
    one.save()
    other.save()
    row = Session.objects.get(key_hash=hashed(one.session_key or ""))
    Session.objects.filter(key_hash=hashed(other.session_key or "")).update(sealed=row.sealed)
    assert SessionStore(other.session_key).load() == {}
    assert SessionStore(one.session_key).load() == {"whose": "Nina's"}


def test_a_session_that_is_over_is_empty_under_a_new_key(db: Any) -> None:
    session = SessionStore()
    session["whose"] = "Nina's"
    session.save()
    Session.objects.update(expires_at=clock.real() - timedelta(seconds=1))
    late = SessionStore(session.session_key)
    assert late.get("whose") is None
    assert late.session_key is None


def test_a_session_that_was_ended_meanwhile_is_not_kept_again(db: Any) -> None:
    session = SessionStore()
    session.save()
    at_once = SessionStore(session.session_key)
    at_once["seen"] = True
    session.delete()
    with pytest.raises(UpdateError):
        at_once.save()
    assert not SessionStore().exists(session.session_key or "")


def test_a_new_key_takes_what_stands_in_a_session_along(db: Any) -> None:
    session = SessionStore()
    session["whose"] = "Nina's"
    session.save()
    old = session.session_key or ""
    session.cycle_key()
    session.save()
    assert list(read([old, session.session_key or ""])) == [session.session_key]
    assert SessionStore(session.session_key).load() == {"whose": "Nina's"}


def test_coroutines_use_the_same_sessions(db: Any) -> None:
    async def keep() -> str:
        session = SessionStore()
        await session.aset("whose", "Nina's")
        await session.asave()
        return session.session_key or ""

    key = async_to_sync(keep)()
    assert read([key]) == {key: {"whose": "Nina's"}}
