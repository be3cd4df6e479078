"""What is asked several times for one batch is read once, and no longer than that."""

from ops.one_look import kept, one_look

asked: list[str] = []


@kept
def look(what: str) -> list[str]:
    """Ask, and remember that one asked."""
    asked.append(what)
    return [what]


def test_within_one_look_each_question_is_asked_once() -> None:
    """The inner block shares what the outer one found; afterwards nothing is remembered."""
    asked.clear()
    with one_look():
        first = look("a")
        with one_look():
            assert look("a") is first
            look("b")
        assert look("b") == ["b"]
    assert asked == ["a", "b"]
    look("a")
    look("a")
    assert asked == ["a", "b", "a", "a"]


def test_the_next_batch_looks_anew() -> None:
    """Two blocks one after the other: a change in between is seen."""
    asked.clear()
    for _ in range(2):
        with one_look():
            look("a")
    assert asked == ["a", "a"]
