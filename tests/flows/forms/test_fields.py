"""Each kind of field: what it shows, what it makes of what was typed, what it says is wrong."""

from typing import Any

import pytest

from flows.forms.building import clock, number
from flows.forms.errors import caret_of, variable_from
from flows.forms.form import walk
from tests.flows.forms.forms import changed, opened, rendered

ASK = {"id": "n2", "type": "ask", "text": "Quantas?", "answer": "number", "variable": "n", "min": 1}
MENU = {"id": "n1", "type": "send_message", "text": "Oi", "buttons": [{"id": "yes", "title": "Sim"}]}
BRANCHES = {"id": "n3", "type": "condition", "branches": [{"id": "a", "when": "vars.age >= 18"}]}


def told(form: Any) -> dict[str, str]:
    return {one.path: one.text for one in form.problems}


def test_a_text_is_kept_as_typed() -> None:
    """FL-001."""
    assert changed(ASK, text="Quantas *pessoas*?\nSó o número").node["text"] == "Quantas *pessoas*?\nSó o número"


def test_what_is_wrong_is_kept_and_told_at_its_field() -> None:
    form = changed(ASK, min="muitas")
    assert form.node["min"] == "muitas"
    assert told(form) == {"min": "Write a number."}


def test_a_number_may_have_a_comma() -> None:
    assert changed(ASK, min="1,5").node["min"] == 1.5


def test_an_emptied_setting_is_taken_away() -> None:
    assert "min" not in changed(ASK, min="").node


def test_settings_of_another_kind_are_out_of_sight_and_out_of_the_node() -> None:
    form = changed(ASK, answer="date")
    shown = {one.path for one in walk(form.controls) if one.is_shown}
    assert "min" not in form.node
    assert "future" in shown
    assert "min" not in shown


def test_what_was_typed_comes_back_with_its_kind() -> None:
    """FL-001: nothing that was typed is lost; it waits in the page, unseen."""
    form = changed(ASK, answer="date")
    assert 'name="min"' in rendered(form)
    assert form.posted.one("min") == "1"


def test_a_switch_brings_a_duration() -> None:
    assert changed(ASK, timeout__on="on").node["timeout"] == {"amount": 1, "unit": "days"}
    assert "timeout" not in changed({**ASK, "timeout": {"amount": 2, "unit": "hours"}}, timeout__on=[]).node


def test_a_name_is_made_fit_for_formulas() -> None:
    assert changed(ASK, variable="Data da Visita").node["variable"] == "data_da_visita"


@pytest.mark.parametrize(
    ("words", "name"), [("Olá!", "ola"), ("2 pessoas", "_2_pessoas"), ("vars x", "vars_x"), ("", "")]
)
def test_names_of_variables(words: str, name: str) -> None:
    assert variable_from(words) == name


def test_a_new_row_has_an_id_of_its_own_and_words() -> None:
    form = changed(MENU, act="add:buttons")
    first, second = form.node["buttons"]
    assert first == {"id": "yes", "title": "Sim"}
    assert second["title"] == "Option 2"
    assert second["id"] not in ("", "yes")
    assert form.focus == f"buttons.{form.posted.many('buttons')[1]}.title"


def test_an_id_outlives_its_title() -> None:
    """Edges leave by ids: a button that is called differently keeps its way."""
    assert changed(MENU, buttons__k0__title="Claro").node["buttons"] == [{"id": "yes", "title": "Claro"}]


def test_rows_change_places_and_go() -> None:
    node = {**MENU, "buttons": [{"id": "yes", "title": "Sim"}, {"id": "no", "title": "Não"}]}
    assert [one["id"] for one in changed(node, act="down:buttons.k0").node["buttons"]] == ["no", "yes"]
    assert [one["id"] for one in changed(node, act="remove:buttons.k0").node["buttons"]] == ["no"]


def test_no_more_rows_than_whatsapp_takes() -> None:
    node = {**MENU, "buttons": [{"id": name, "title": name} for name in "abc"]}
    assert len(changed(node, act="add:buttons").node["buttons"]) == 3


def test_buttons_begin_with_one() -> None:
    node = {"id": "n1", "type": "send_message", "text": "Oi"}
    assert [one["title"] for one in changed(node, at_kind="buttons").node["buttons"]] == ["Option 1"]


def test_a_list_takes_the_place_of_buttons() -> None:
    form = changed(MENU, at_kind="list")
    assert "buttons" not in form.node
    assert form.node["list"]["button"] == "Choose"
    assert not form.problems


def test_two_rows_with_the_same_words_are_told() -> None:
    node = {**MENU, "buttons": [{"id": "a", "title": "Sim"}, {"id": "b", "title": "sim!"}]}
    assert "same words" in told(opened(node))["buttons"]


def test_a_condition_is_chosen_without_a_formula() -> None:
    """FL-001: for people who write none."""
    form = changed(BRANCHES, branches__k0__when__how="is", branches__k0__when__right="São Paulo")
    assert form.node["branches"][0]["when"] == "plain(text(vars.age)) == plain('São Paulo')"
    again = opened(form.node)
    assert again.posted.one("branches.k0.when.mode") == "simple"
    assert again.posted.one("branches.k0.when.right") == "São Paulo"


def test_a_formula_is_written_instead() -> None:
    form = changed(BRANCHES, act="turn:branches.k0.when")
    assert form.posted.one("branches.k0.when.mode") == "formula"
    assert form.posted.one("branches.k0.when.formula") == "vars.age >= 18"
    assert form.node == BRANCHES


def test_a_formula_that_is_not_simple_stays_one() -> None:
    node = {**BRANCHES, "branches": [{"id": "a", "when": "vars.age >= 18 && has(vars.city)"}]}
    assert opened(node).posted.one("branches.k0.when.mode") == "formula"
    assert changed(node, act="turn:branches.k0.when").node == node


def test_an_error_points_at_its_character() -> None:
    """FL-004: the line, cut at the character."""
    form = opened({"id": "n", "type": "set_variable", "variable": "x", "value": "1 + vras.y"})
    (problem,) = form.problems
    assert problem.path == "value"
    assert problem.caret is not None
    assert (problem.caret.before, problem.caret.at, problem.caret.after) == ("1 + ", "v", "ras.y")
    assert "vras is not known" in problem.text


def test_an_error_in_a_long_text_shows_its_line() -> None:
    source = "Oi!\n" + "x" * 100 + "{{ a } tudo bem\nTchau"
    caret = caret_of(source, source.index("{{"))
    assert caret.before == "x" * 40
    assert "\n" not in caret.before + caret.at + caret.after


@pytest.mark.parametrize(
    ("typed", "time"), [("9", "09:00"), ("9h30", "09:30"), ("930", "09:30"), ("24:00", "24:00"), ("cedo", "cedo")]
)
def test_times_as_people_write_them(typed: str, time: str) -> None:
    assert clock(typed) == time


@pytest.mark.parametrize(("typed", "value"), [("3", 3), ("3,5", 3.5), ("1e999", "1e999"), ("x", "x"), ("nan", "nan")])
def test_numbers_as_people_write_them(typed: str, value: Any) -> None:
    assert number(typed) == value


def test_what_was_posted_by_nobody_breaks_nothing() -> None:
    """Row keys are names in the page: what is none is left out."""
    form = changed(MENU, buttons=["k0", "k0", '"><script>', "k99", "n-1"], act="up:buttons.none")
    assert [one["id"] for one in form.node["buttons"] if one.get("id")] == ["yes"]
