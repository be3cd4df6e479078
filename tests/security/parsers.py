"""What reads words, files and addresses from outside: by name, with what it is tried on and what it may raise (I25)."""

import io
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from rest_framework.exceptions import APIException

from api.pagination import ByLastMessage, CursorPagination
from api.parsers import JSONParser
from channels_wa.gate import signature
from channels_wa.inbound import parse
from channels_wa.inbound.reading import read as read_delivery
from channels_wa.media import names, serving, sniffing
from crm.bookings.answers import reading as answers
from crm.bookings.feeds import ics
from crm.bookings.page import choice, codes, frame
from crm.bookings.talking.wishes import wished
from crm.consent import words
from crm.contacts import filters
from crm.contacts.fields import value_of
from crm.contacts.importing import csv_rows, encoding, people, xlsx_rows
from crm.contacts.importing.limits import Unreadable
from crm.contacts.models import CustomField
from crm.contacts.phones import COUNTRIES, read_phone
from flows.gallery.exchange import CannotRead
from flows.gallery.exchange import read as read_flow
from flows.graph import Graph, GraphError
from ops import untrusted
from ops.safe_http import BadAddress, Forbidden, check_address
from portal.frame import keyset
from portal.frame.files.writers import as_xlsx
from tests.inbound.examples import NAMES, raw_of

ROOT = Path(__file__).resolve().parents[2]
ZONE = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
FIELDS = [CustomField(key=kind, name=kind, kind=kind) for kind in CustomField.Kind.values]
PARSED = {
    "message": parse.parse_message, "status": parse.parse_status, "echo": parse.parse_echo,
    "history": parse.parse_history, "phonebook": parse.parse_phonebook,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parser:
    """One of them: `call` takes bytes, `seeds` are some that it reads."""

    name: str
    call: Callable[[bytes], Any]
    seeds: tuple[bytes, ...]
    raises: tuple[type[Exception], ...] = ()


def text_of(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _delivery(raw: bytes) -> None:
    # What Meta sends of one item; many items take as many times as long.
    for item in read_delivery(raw[:20_000]).items:
        reader = PARSED.get(item.kind)
        if reader is not None:
            try:
                reader(item)  # type: ignore[operator]
            except parse.Unreadable:
                continue


def _answer(raw: bytes) -> None:
    language = ("pt", "en", "es", "x")[len(raw) % 4]
    answers.read(text_of(raw), answers.Asked(NOW, ZONE, NOW, language))


def _csv(raw: bytes) -> None:
    # Of files that stream by, a part.
    raw = raw[:4000]
    pieces = [raw[start : start + 64] for start in range(0, len(raw), 64)]
    for name in ("utf-8", "cp1252", "utf-16", "latin-1"):
        try:
            lines = list(encoding.lines_of(pieces, name))
        except Unreadable:
            assert name == "utf-16"
            continue
        for row in csv_rows.rows(lines, delimiter=csv_rows.delimiter_of(lines[:60]), encoding=name):
            assert len(row.cells) <= 300


def _xlsx(raw: bytes) -> None:
    list(xlsx_rows.rows(xlsx_rows.open_book(io.BytesIO(raw)), 0))


def _cursor(raw: bytes) -> None:
    for kind in (CursorPagination, ByLastMessage):
        for order in kind.orders.values():
            pages = kind()
            pages.ordering = order  # type: ignore[assignment]
            pages.decode_cursor(SimpleNamespace(query_params={"cursor": text_of(raw)}))  # type: ignore[arg-type]


def _filter(raw: bytes) -> None:
    given = untrusted.loads(raw)
    if isinstance(given, dict):
        filters.matching(given, fields=FIELDS).query.sql_with_params()


def _field(raw: bytes) -> None:
    for one in FIELDS:
        value_of(one, text_of(raw))


def _calendar(raw: bytes) -> None:
    # A name, a note: what is longer is none.
    text = raw[:4000].decode("utf-8", "replace")
    event = ics.Event("1", NOW, NOW, text, NOW, description=text, location=text, url=text)
    lines = ics.calendar([event], name=text).split(b"\r\n")
    assert sum(line.startswith(b"BEGIN:") for line in lines) == 2
    assert all(len(line) <= ics.FOLD_AT for line in lines)
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def _range(raw: bytes) -> None:
    request: Any = SimpleNamespace(headers={"Range": text_of(raw)})
    part = serving._part(request, 1000, '"a"')
    assert part is None or 0 <= part.start <= part.end <= 1000


def _choice(raw: bytes) -> None:
    text = text_of(raw)
    choice._day(text), choice._minute(text), choice._uuids([text])


def _origin(raw: bytes) -> None:
    found = frame.read_origin(text_of(raw))
    assert not set(found) & set(" ;,'\"\r\n\t*"), found


def _name(raw: bytes) -> None:
    found = names.safe_name(text_of(raw))
    assert not set(found) & set('/\\\0\r\n"') and found not in ("..", ".") and len(found) < 300, found


def _graph(raw: bytes) -> None:
    given = untrusted.loads(raw)
    Graph.parse(given.get("graph", given) if isinstance(given, dict) else given)


def _phone(raw: bytes) -> None:
    for country in (*COUNTRIES, "", "ZZ"):
        found = read_phone(text_of(raw), country)
        assert found is None or (found[0] == "+" and found[1:].isascii() and found[1:].isdecimal()), found


def _body(raw: bytes) -> None:
    JSONParser().parse(io.BytesIO(raw))


def texts(*given: str) -> tuple[bytes, ...]:
    return tuple(one.encode() for one in given)


def _flows() -> tuple[bytes, ...]:
    files = sorted((ROOT / "flows" / "gallery" / "ready").rglob("*.json")) or sorted(
        (ROOT / "flows").rglob("ready/*.json")
    )
    return tuple(file.read_bytes() for file in files[:4])


def parsers() -> Iterator[Parser]:
    """All of them."""
    book = b"".join(as_xlsx([[["Nome", "Telefone"], ["Ana", "+5511988887777"], ["=1+1", "2026-11-20"]]]))
    a_filter = {"all": [{"field": "tag", "op": "has", "value": "vip"}, {"any": [
        {"field": "seen", "op": "within", "value": 30}, {"field": "field.text", "op": "contains", "value": "a"},
        {"not": {"field": "consent.marketing", "op": "is", "value": "revoked"}}]}]}  # fmt: skip
    said = ("sim", "não posso, amanhã às 15h?", "sexta 20/11 10:30", "cancel please", "el próximo martes por la tarde")
    drawn = {"version": 1, "nodes": [{"id": "start", "type": "start"}, {"id": "a", "type": "end"}],
             "edges": [{"id": "e", "from": "start", "exit": "done", "to": "a"}]}  # fmt: skip
    hosts = ("https://example.com/a?b=c", "http://[::ffff:127.0.0.1]:80/", "https://user@a.example:443/x")
    yield Parser("delivery", _delivery, tuple(raw_of(name) for name in NAMES))
    yield Parser("answer", _answer, texts(*said))
    yield Parser("wish", lambda raw: wished(text_of(raw), "pt", ZONE), texts(*said, "2026-11-20", "2026-11-20T10:00"))
    yield Parser("stop word", lambda raw: words.read(text_of(raw), ["chega"]), texts("PARAR", "stop.", "quero sair"))
    yield Parser("phone", _phone, texts("(11) 98888-7777", "+55 11 98888 7777", "0055", "ext. 12"))
    yield Parser("csv", _csv, texts('Nome;Tel\n"Ana ""x""";1\n', "a,b\r\nc,d\r\n", "x\ty\n"), (Unreadable,))
    yield Parser("xlsx", _xlsx, (book,), (Unreadable,))
    yield Parser("day of a list", lambda raw: people._day(text_of(raw), True), texts("1990-11-20", "20/11/90", "2.3.1"))
    yield Parser("field", _field, texts("12,5", "2026-11-20", "sim", "a"), (ValueError,))
    yield Parser("cursor", _cursor, texts("cD00ODY=", "cj0xJnA9NDg3", "bz0x"), (APIException,))
    yield Parser("keyset", lambda raw: keyset.moment_key(text_of(raw)), texts("2026-11-20T10:00:00+00:00~12"))
    yield Parser("segment", _filter, (json.dumps(a_filter).encode(),), (filters.Wrong, untrusted.NoJson, ValueError))
    yield Parser("flow file", lambda raw: read_flow(raw, file_name="a.json"), _flows(), (CannotRead,))
    yield Parser("graph", _graph, (json.dumps(drawn).encode(), *_flows()[:1]), (GraphError, ValueError))
    yield Parser("api body", _body, texts('{"a": [1, {"b": "c"}], "d": 1.5}'), (APIException,))
    yield Parser("typed json", untrusted.loads, texts('{"a": [1, {"b": "c"}], "d": 1.5}'), (ValueError,))
    yield Parser("address", lambda raw: check_address(text_of(raw)), texts(*hosts), (BadAddress, Forbidden))
    yield Parser("origin", _origin, texts("https://a.example:8443", "example.com", "http://b.c/d"))
    yield Parser("choice", _choice, texts("2026-11-20", "2026-11-20T10:00Z"))
    yield Parser("link", lambda raw: codes.read_token(text_of(raw)), texts("A" * 54, "a-_" * 18))
    yield Parser("file name", _name, texts("a.jpg", "../b.png", "c d.pdf"))
    yield Parser("range", _range, texts("bytes=0-99", "bytes=-5", "bytes=900-"))
    yield Parser("signature", lambda raw: signature.is_valid(b"a", raw, [b"k"]), texts("sha256=" + "a" * 64))
    yield Parser(
        "kind of file", lambda raw: sniffing.sniffed(raw[:64]), (b"\xff\xd8\xff\xe0JFIF", b"%PDF-1.4", b"RIFFxxxxWEBP")
    )
    yield Parser("calendar", _calendar, texts("Corte; com, Ana", "a\r\nBEGIN:VEVENT"))


def spoilt(seed: bytes, rng: random.Random) -> bytes:
    """The bytes with something in them that was not, or without something that was."""
    raw = bytearray(seed)
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        place, how = rng.randrange(len(raw) + 1), rng.random()
        if how < 0.3:
            raw[place:place] = rng.choice(PIECES)
        elif how < 0.5 and raw:
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        elif how < 0.65:
            del raw[place : place + rng.choice([1, 2, 8, 40])]
        elif how < 0.8:
            part = bytes(raw[place : place + rng.choice([1, 4, 30, 200])])
            raw[place:place] = part * rng.choice([1, 2, 50])
        elif how < 0.9:
            raw[place:place] = bytes(rng.choice(ODD) for _ in range(rng.choice([1, 3, 30])))
        else:
            other = rng.randrange(len(raw) + 1)
            raw[place:place] = raw[min(place, other) : max(place, other)]
    return bytes(raw[:200_000])


ODD = b"()[]{}'\"\\.,?:;+-*/%<>=!&| \n\r\t\x00a1_#@`~^"
LETTERS = ("é", "٣", "²", "👍", "\u202e", "\u2028", "İ", "ﬀ", "ß", "①")
PIECES = [
    *(b"\0", b"\r\n", b"\xff", b"\xed\xa0\x80", b"null", b"true", b"{}", b"[]", b"[[]]", b'""', b"-1", b"0", b"1e999"),
    *(one.encode() for one in LETTERS),
    *(
        b"\\u0000",
        b"\\ud800",
        b"[" * 3000,
        b'{"a":' * 1500,
        b"9" * 5000,
        b"a" * 5000,
        b" " * 5000,
        b"://",
        b"@",
        b"%00",
    ),
    *(b"NaN", b"=1+1"),
]
