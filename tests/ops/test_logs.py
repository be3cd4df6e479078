"""The log line of the contract."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.test import Client, RequestFactory

from ops import logs
from ops.salon import inside
from tests.world import Browser, Salons

HEAD = ["timestamp", "level", "event", "trace_id", "tenant_id", "user_id", "resource_type", "resource_id", "action"]


class Lines:
    """What was written."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def last(self) -> dict[str, Any]:
        return self.all()[-1]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """Our configuration, writing to memory."""
    root, written = logging.getLogger(), Lines()
    before, level = root.handlers, root.level
    monkeypatch.setattr(sys, "stderr", written.stream)
    logs.configure({"level": "INFO"})
    yield written
    root.handlers = before
    root.setLevel(level)


def test_a_line_has_the_fields_of_the_contract_first(lines: Lines) -> None:
    logging.getLogger("x").info("something %s", "happened", extra={"action": "cup.fell", "n": 3})
    line = lines.last()
    assert list(line)[: len(HEAD)] == HEAD
    assert (line["event"], line["level"], line["action"], line["n"]) == ("something happened", "info", "cup.fell", 3)
    assert line["tenant_id"] is None


def test_structlogs_own_lines_are_the_same(lines: Lines) -> None:
    structlog.get_logger("x").warning("odd", resource_type="cup", resource_id="7")
    line = lines.last()
    assert list(line)[: len(HEAD)] == HEAD
    assert (line["level"], line["resource_type"], line["resource_id"]) == ("warning", "cup", "7")


def test_a_line_inside_a_salon_names_it(lines: Lines, salons: Salons, db: None) -> None:
    with inside(salons.aurora.pk):
        logging.getLogger("x").info("in")
    assert lines.last()["tenant_id"] == salons.aurora.pk


def test_an_exception_is_one_line(lines: Lines) -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logging.getLogger("x").exception("broken")
    assert len(lines.all()) == 1
    assert "ValueError: two\nlines" in lines.last()["exception"]


def test_each_request_is_one_line_with_salon_person_and_trace(lines: Lines, alice: Browser) -> None:
    alice.get("/inbox/", headers={"x-trace-id": "a-trace-of-mine"})
    (line,) = [one for one in lines.all() if one["event"] == "request"]
    assert (line["tenant_id"], line["user_id"], line["trace_id"]) == (alice.salon.pk, alice.user.pk, "a-trace-of-mine")
    assert (line["action"], line["status"]) == ("GET inbox/", 200)


def test_the_path_of_a_refused_request_is_not_written(lines: Lines, salons: Salons, db: None) -> None:
    """I26: a link of a password reset is a secret."""
    Client(headers={"host": "cadeira.localhost:8000"}).get("/accounts/confirm-email/planted-secret./")
    assert "planted-secret" not in lines.stream.getvalue()


@pytest.mark.parametrize("given", ["short", "x" * 41, "with space in it", "new\nline-in-it", ""])
def test_a_trace_id_that_is_none_is_replaced(alice: Browser, given: str) -> None:
    answer = alice.get("/", headers={"x-trace-id": given})
    assert answer["X-Trace-Id"] != given
    assert len(answer["X-Trace-Id"]) == 32


def test_an_error_logged_behind_the_middleware_has_its_trace(lines: Lines, salons: Salons) -> None:
    request: Any = RequestFactory().get("/")
    request.trace_id, request.salon = "behind-it", salons.aurora
    logging.getLogger("django.request").error("Internal Server Error", extra={"request": request, "status_code": 500})
    assert (lines.last()["trace_id"], lines.last()["tenant_id"]) == ("behind-it", salons.aurora.pk)
    assert "request" not in lines.last()
