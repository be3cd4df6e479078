"""CONTRACT.md: `play_flow` plays a flow in the terminal, by the engine that answers guests."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from flows import actions
from ops.salon import inside
from tests.flows.flow import drawing, say
from tests.flows.simulator.test_driver import MENU
from tests.world import Salons


def played(*args: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("play_flow", *args, stdout=out, stderr=out, **options)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "menu.json"
    path.write_text(json.dumps(MENU))
    return str(path)


def test_it_plays_a_file(file: str) -> None:
    text = played(file, "--say", "oi", "--say", "/tap Sim")
    assert "salon> Oi, Ana! Vamos? [Sim] [Não]\n" in text
    assert text.endswith("guest> Sim\nsalon> Que bom\n  ·    ended\n")


def test_time_is_skipped_and_steps_are_shown(file: str) -> None:
    text = played(file, "--say", "oi", "--say", "/skip", "--steps", "--at", "2026-11-20T10:00")
    assert "menu timed_out timeout" in text and "salon> Que pena" in text


def test_lines_of_json_for_programs(file: str) -> None:
    entries = [json.loads(line) for line in played(file, "--say", "oi", "--json").splitlines()]
    assert [entry["kind"] for entry in entries][:3] == ["guest", "began", "step"]


def test_it_reads_lines(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("oi\n/set n 3\n/vars\n/help\n/quit\nSim\n"))
    text = played(file)
    assert '{"n": 3}' in text and "/tap TITLE" in text and "Que bom" not in text


def test_a_salons_flow_by_its_id(salons: Salons, db: None) -> None:
    with inside(salons.aurora.pk):
        flow = actions.create("Menu", drawing(say("hi", "Aqui é {{ salon.name }}"), edges="start.done>hi"))
    assert "salon> Aqui é Aurora" in played(str(flow.public_id), "--salon", "aurora", "--say", "oi")
    with pytest.raises(CommandError, match="no flow"):
        played(str(flow.public_id), "--salon", "other", "--say", "oi")


def test_the_tests_of_a_file(tmp_path: Path) -> None:
    good = {"name": "sim", "script": {"steps": [{"say": "oi"}, {"tap": "Sim"}, {"expect": "ended"}]}}
    bad = {"name": "não", "script": {"steps": [{"expect": "ended"}]}}
    path = tmp_path / "flow.json"
    path.write_text(json.dumps({"graph": MENU, "tests": [good]}))
    assert played(str(path), "--tests") == "passed sim\n1 passed\n"
    path.write_text(json.dumps({"graph": MENU, "tests": [good, bad]}))
    with pytest.raises(CommandError, match="1 of 2"):
        played(str(path), "--tests")


@pytest.mark.parametrize("content", ["[", "[]", '{"version": 1, "nodes": [], "edges": []}'])
def test_what_is_no_flow_is_said(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(CommandError):
        played(str(path), "--say", "oi")
