"""What is wrong with a drawing, in the reader's words: the engine itself knows no language but English.

A test sees that each of its sentences stands here or in `flows.forms.messages`.
"""

import re
from dataclasses import replace
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from flows.console.looks import exit_label
from flows.forms.messages import words_of
from flows.graph import Problem

Words = str | Promise

# With the parts that differ, as (a), (b), (c). The first that fits is taken.
SENTENCES: Final[list[tuple[str, Words]]] = [
    (r"a flow is a JSON object", _("This is no flow.")),
    (r"version must be (\d+)", _("This flow was made for another version of the program.")),
    (r"(nodes|edges|notes) must be a list", _("This flow cannot be read: %(a)s must be a list.")),
    (r"a flow has at most (\d+) nodes, this has (\d+)", _("A flow has at most %(a)s steps, this has %(b)s.")),
    (r"a flow has at most (\d+) edges, this has (\d+)", _("A flow has at most %(a)s edges, this has %(b)s.")),
    (r"a flow has at most (\d+) notes, this has (\d+)", _("A flow has at most %(a)s notes, this has %(b)s.")),
    (r"a flow has at most (\d+) characters", _("A flow has at most %(a)s characters in all.")),
    (r"a text holds a character that cannot be stored", _("A text holds a character that cannot be stored.")),
    (r"a flow has one start, this has 0", _("The flow has no start.")),
    (r"a flow has one start, this has (\d+)", _("The flow has %(a)s starts; it must have one.")),
    (r"a node is a JSON object", _("A step cannot be read.")),
    (r"a node needs an id of letters, digits, - and _", _("A step needs an id of letters, digits, - and _.")),
    (r"two nodes have the id (.+)", _("Two steps have the id %(a)s.")),
    (r"there is no node type (.*)", _("This program knows no step of the type “%(a)s”.")),
    (r"a position has two numbers, x and y", _("A step stands where nobody can draw it.")),
    (r"an edge has id, from, exit and to, and nothing else", _("An edge cannot be read.")),
    (r"(id|from|exit|to) is made of letters, digits, - and _", _("An edge cannot be read: %(a)s is no name.")),
    (r"two edges have the id (.+)", _("Two edges have the id %(a)s.")),
    (r"the edge (.+) hangs: there is no node (.+)", _("The edge %(a)s leads from or to a step that is not there.")),
    (r"the edge (.+) leaves by an exit that is not there", _("The edge %(a)s leaves by a way that the step has not.")),
    (r"two edges leave by (.+)", _("Two edges leave by the same way (%(a)s).")),
    (r"no edge can lead to the start", _("No edge can lead to the start.")),
    (r"a note has id, text, position and perhaps size, and nothing else", _("A note cannot be read.")),
    (r"a note needs an id of its own, of letters, digits, - and _", _("A note needs an id of its own.")),
    (r"a note is a text of at most (\d+) characters", _("A note is a text of at most %(a)s characters.")),
    (r"a size has two numbers, width and height", _("A note has a size that nobody can draw.")),
    (r"this flow calls itself", _("This flow calls itself, without end.")),
    (r"a loop without a wait: (.+)", _("These steps lead in a circle in which nothing waits: %(a)s.")),
    (
        r"a loop of calls that nothing ends: (.+)",
        _("These steps call other programs in a circle that nothing ends: %(a)s."),
    ),
    (r"no way leads here", _("No way leads here.")),
    (r"nothing follows the start", _("Nothing follows the start.")),
    (r"nothing follows (.+)", _("Nothing follows “%(a)s”.")),
    (r"nothing sets vars\.(.+)", _("No step sets vars.%(a)s, so it is always empty.")),
    # What pydantic says of a single setting.
    (r"Field required", _("Fill this in.")),
    (r"Input should be greater than or equal to (.+)", _("At least %(a)s.")),
    (r"Input should be less than or equal to (.+)", _("At most %(a)s.")),
    (r"Input should be greater than (.+)", _("More than %(a)s.")),
    (r"Input should be less than (.+)", _("Less than %(a)s.")),
    (r"Input should be a (?:valid|finite) (?:integer|number).*", _("A number is needed here.")),
    (r"Input should be a valid string", _("Write a text here.")),
    (
        r"Input should be a valid (?:list|tuple|dictionary|boolean).*|Input should be an object",
        _("This cannot be read."),
    ),
    (r"Input should be ('.+)", _("Must be one of: %(a)s.")),
    (r"String should match pattern .*", _("This is not written as it must be.")),
    (r"String should have at least 1 character", _("Fill this in.")),
    (r"String should have at most (\d+) characters?", _("At most %(a)s characters.")),
    (r"\w+ should have at least (\d+) items? .*", _("At least %(a)s are needed.")),
    (r"\w+ should have at most (\d+) items? .*", _("At most %(a)s fit here.")),
    (r"(.+) is not known", _("“%(a)s” is not known here.")),
    (r"(.+) \(at character (\d+)\)", _("%(a)s (at character %(b)s)")),
    # What to do
    (r"Split it into two flows\.", _("Split it into two flows.")),
    (r"Delete it\.", _("Delete it.")),
    (r"Keep one start and delete the others\.", _("Keep one start and delete the others.")),
    (r"Draw a start\.", _("Draw a start.")),
    (r"Give one of them another id\.", _("Give one of them another id.")),
    (r"Known types: (.+)\.", _("Delete it, or take a newer version of the program.")),
    (r"Exits of this node: (.+)\.", _("Ways out of this step: %(a)s.")),
    (r"Delete the edge (.+)\.", _("Delete the edge %(a)s.")),
    (r"Look at character (\d+)\.", _("Look at character %(a)s.")),
    (r"Choose another flow, or draw an edge back\.", _("Choose another flow, or draw an edge back.")),
    (
        r"Put a question or a wait into it, or lead it elsewhere\.",
        _("Put a question or a wait between them, or lead one of them elsewhere."),
    ),
    (
        r"Put a condition, a question or a wait into it\.",
        _("Put a condition into the circle that ends it when there is nothing more, or a question or a wait."),
    ),
    (r"Draw an edge to it, or delete it\.", _("Draw an edge to it, or delete it.")),
    (r"Draw an edge from it\.", _("Draw an edge from it.")),
    (
        r"The flow ends there\. Draw an edge from it, to an end if that is meant\.",
        _("The flow ends there. Draw an edge from it, to an end if that is meant."),
    ),
]
COMPILED: Final = [(re.compile(pattern, re.DOTALL), words) for pattern, words in SENTENCES]


def in_words(problem: Problem, node: dict[str, Any] | None = None) -> Problem:
    """The same for the reader; with the node, as it is drawn, its ways out are called by their labels."""
    said = problem.message
    leaving = problem.field.removeprefix("exit.")
    if node and leaving != problem.field and said == f"nothing follows {leaving}":
        said = f"nothing follows {exit_label(node, leaving)}"
    if node and said.startswith("String should match pattern") and not node.get(problem.field, "-"):
        # Nothing stands there yet, which no pattern need explain.
        said = "Field required"
    return replace(problem, message=sentence(said), hint=sentence(problem.hint))


def sentence(said: str) -> str:
    """One sentence for the reader; as it is, if it is none that is known."""
    for pattern, words in COMPILED:
        if found := pattern.fullmatch(said):
            parts = dict(zip("abc", found.groups(), strict=False))
            if "character" in pattern.pattern and said.endswith(")"):
                parts["a"] = words_of(parts["a"])
            return str(words) % parts if parts else str(words)
    return words_of(said) if said else ""
