"""Everything that goes wrong is a problem detail (RFC 9457, API-001)."""

import json
from typing import Any

import pytest
from django.test import Client

from crm.contacts.models import Contact
from ops.salon import inside
from tests.api.conftest import Seeded
from tests.api.program import Program, fields, problem, public_host


def _post(program: Program, raw: bytes | str, content_type: str = "application/json") -> Any:
    return program.generic("POST", "/api/v1/contacts/", raw, content_type=content_type)


BROKEN: list[tuple[str, bytes]] = [
    ("no JSON", b"{"),
    ("nothing", b""),
    ("no object", b"[]"),
    ("a text", b'"a"'),
    ("null", b"null"),
    ("no UTF-8", b'{"name": "\xff"}'),
    ("NaN", b'{"name": NaN}'),
    ("Infinity", b'{"name": -Infinity}'),
    ("deep lists", b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    ("rather deep", b'{"fields": ' + b'{"a":' * 40 + b"1" + b"}" * 41),
    ("5,000 digits", b'{"name": ' + b"9" * 5000 + b"}"),
]


@pytest.mark.parametrize("raw", [case[1] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_body_that_cannot_be_read(program: Program, raw: bytes) -> None:
    problem(_post(program, raw), 400)


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("nothing to know them by", {}, "name"),
    ("a number for a name", {"name": ["a"]}, "name"),
    ("a long name", {"name": "x" * 121}, "name"),
    ("NUL in a name", {"name": "a\0"}, "name"),
    ("a lone surrogate", {"name": "\udfff"}, "name"),
    ("a surrogate in a tag", {"name": "a", "tags": ["b", "\ud800"]}, "tags.1"),
    ("NUL in a field's name", {"name": "a", "fields": {"b\0": 1}}, "fields"),
    ("a nested field", {"name": "a", "fields": {"b": {"c": 1}}}, "fields.b"),
    ("a float out of range", {"name": "a", "fields": {"b": 1e308}}, ""),
    ("65 bits", {"name": "a", "fields": {"b": 2**64}}, "fields.b"),
    ("too many tags", {"name": "a", "tags": ["t"] * 51}, "tags"),
    ("an empty tag", {"name": "a", "tags": [""]}, "tags.0"),
    ("too many fields", {"name": "a", "fields": {f"f{n}": 1 for n in range(101)}}, "fields"),
    ("fields that are none", {"name": "a", "fields": []}, "fields"),
    ("an unknown field", {"name": "a", "nmae": "b"}, "nmae"),
    ("our own key", {"name": "a", "id": 1}, "id"),
    ("identities that are none", {"identities": {"value": "+551"}}, "identities"),
    ("an identity that is none", {"identities": ["+5511988881234"]}, "identities.0"),
    ("a phone without plus", {"identities": [{"value": "5511988881234"}]}, "identities.0.value"),
    ("a strange kind", {"identities": [{"kind": "fax", "value": "+5511988881234"}]}, "identities.0.kind"),
    ("an unknown nested field", {"identities": [{"value": "+5511988881234", "x": 1}]}, "identities.0.x"),
]


@pytest.mark.parametrize(("body", "field"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_it_names_the_field(program: Program, body: dict[str, Any], field: str) -> None:
    answer = _post(program, json.dumps(body))
    if not field:
        assert answer.status_code == 201
        return
    assert field in fields(answer)
    with inside(program.salon.pk):
        assert not Contact.objects.exists()


def test_a_number_beyond_floats(program: Program) -> None:
    assert fields(_post(program, b'{"name": "a", "fields": {"b": 1e400}}')) == ["fields.b"]


def test_a_body_that_is_too_large(program: Program) -> None:
    problem(_post(program, b'{"name": "' + b"x" * 1024 * 1024 + b'"}'), 413)


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
def test_a_body_of_another_type(program: Program, kind: str) -> None:
    problem(_post(program, b"name=a", kind), 415)


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""]
)
@pytest.mark.parametrize("path", ["contacts/", "messages/x/cancel/", "flows/x/publish/"])
def test_json_that_says_it_is_something_else(program: Program, path: str, kind: str) -> None:
    """API-001: content types are not guessed, nor where an action reads no body at all."""
    answer = program.generic("POST", f"/api/v1/{path}", b'{"name": "a"}', content_type=kind)
    problem(answer, 415)


@pytest.mark.parametrize(
    ("raw", "field"),
    [(b'{"name": "a", "name": "b"}', "name"), (b'{"name": "a", "fields": {"b": {"c": 1, "c": 2}}}', "c")],
)
def test_a_name_that_stands_twice(program: Program, raw: bytes, field: str) -> None:
    """API-001: whoever reads a body before us may have believed the other value."""
    assert fields(_post(program, raw)) == [field]


@pytest.mark.parametrize(
    "secret",
    ["cad_" + "s" * 43, "EAAG" + "s" * 60, "sha256=" + "5" * 64, "Bearer ssssssssssss", "https://u:ssssss@x.example/"],
)
def test_a_problem_repeats_no_credential(program: Program, secret: str) -> None:
    """API-001, I26: what was typed into the wrong place does not come back, nor what another program said of it."""
    for answer in (
        _post(program, json.dumps({"identities": [{"kind": secret, "value": "+5511988881234"}]})),
        _post(program, json.dumps({"name": "a", secret: 1})),
        program.get("/api/v1/messages/", {"status": secret}),
        program.get("/api/v1/messages/", {secret: "1"}),
    ):
        assert "ssss" not in str(problem(answer, 400)) and "5" * 64 not in str(answer.content)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_a_method_it_does_not_take(program: Program, method: str) -> None:
    answer = program.generic(method, "/api/v1/contacts/")
    problem(answer, 405)
    assert "GET" in answer["Allow"]


@pytest.mark.parametrize(
    "public_id",
    ["1", "0", "-1", "x", "%00", "..", "9" * 5000, "00000000-0000-0000-0000-000000000000", "%F0%9F%98%80", "a%0Ab"],
)
def test_an_id_that_is_nobodys(program: Program, public_id: str) -> None:
    problem(program.get(f"/api/v1/contacts/{public_id}/"), 404)
    problem(program.generic("PATCH", f"/api/v1/contacts/{public_id}/", b"{}", content_type="application/json"), 404)


@pytest.mark.parametrize("path", ["", "v1/", "v2/contacts/", "v1/nothing/", "v1/contacts/1/2/3/", "v1/a%0Ab", "%00"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_that_is_none(program: Program, path: str, method: str) -> None:
    problem(program.generic(method, f"/api/{path}"), 404)
    strict = Client(enforce_csrf_checks=True, headers={"host": public_host()})
    problem(strict.generic(method, f"/api/{path}"), 404)


def test_the_slash_may_be_left_out(program: Program, seeded: Seeded) -> None:
    assert program.ask("contacts") == program.ask("contacts/")
    assert program.ask(f"contacts/{seeded.contact}")["id"] == seeded.contact


def test_it_speaks_english_to_programs(program: Program) -> None:
    answer = program.post(
        "/api/v1/contacts/", {"name": "x" * 121}, content_type="application/json", headers={"accept-language": "pt-BR"}
    )
    assert "no more than 120 characters" in problem(answer, 400)["errors"][0]["message"]
    assert answer["Content-Language"] == "en"


def test_whatever_is_accepted_json_comes(program: Program) -> None:
    answer = program.get("/api/v1/contacts/", headers={"accept": "text/html"})
    assert answer["Content-Type"] == "application/json"


def test_a_fault_of_ours_is_a_problem_without_its_cause(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("the secret cause")

    monkeypatch.setattr("api.v1.contacts.identities_of", break_down)
    program.raise_request_exception = False
    answer = program.get("/api/v1/contacts/")
    problem(answer, 500)
    assert b"secret" not in answer.content
