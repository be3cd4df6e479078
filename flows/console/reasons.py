"""Why a step or a run stopped, in words, and what to do about it. A test finds every code that has none."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Words = str | Promise


@dataclass(frozen=True)
class Why:
    """What happened, and what a person may do."""

    words: Words
    advice: Words


_WORDS = gettext_lazy("Open the step and correct what it says.")
_LATER = gettext_lazy("Try again later, or lead the exit “error” to another step, so that the guest is not left alone.")
REASONS: dict[str, Why] = {
    "expression": Why(
        gettext_lazy("An expression could not be worked out."),
        gettext_lazy("Open the step and correct the expression; the mark shows at which character it went wrong."),
    ),
    "empty_text": Why(
        gettext_lazy("The text was empty for this guest."),
        gettext_lazy("Give the text words that stand there even where a variable is empty."),
    ),
    "too_many_nodes": Why(
        gettext_lazy("The flow went round in a circle without waiting for the guest."),
        gettext_lazy("Put a question or a wait into the circle, or lead one of its exits out of it."),
    ),
    "too_many_requests": Why(
        gettext_lazy("The run called other programs too often, so it was stopped."),
        gettext_lazy(
            "Look whether a circle around the call ever ends, and lead it out by a condition. A question or a "
            "wait inside of it lets it begin to count anew."
        ),
    ),
    "too_many_subflows": Why(
        gettext_lazy("Flows called each other without end."),
        gettext_lazy(
            "Look whether a flow calls itself over another one, and put a question or a wait into the circle."
        ),
    ),
    "same_text_repeated": Why(
        gettext_lazy("The same text went to this guest too often, so it was not sent again."),
        gettext_lazy("It looks as if two machines talk to each other. Let a person look at the conversation."),
    ),
    "value_too_large": Why(
        gettext_lazy("A value is too large to be kept in a variable."),
        gettext_lazy("Keep only the part of it that the flow needs."),
    ),
    "too_many_variables": Why(
        gettext_lazy("The run has more variables than may be kept."),
        gettext_lazy("Use the same variable again where its old value is not needed."),
    ),
    "output_too_large": Why(
        gettext_lazy("One message of the guest caused more text than may be sent at once."),
        gettext_lazy("Shorten the texts, or ask the guest something between them."),
    ),
    "cannot_resume": Why(
        gettext_lazy("The run was to go on at a step that never waits."),
        gettext_lazy("Publish the flow again. If it comes back, tell support."),
    ),
    "timeout": Why(gettext_lazy("The other program did not answer in time."), _LATER),
    "refused": Why(
        gettext_lazy("The address may not be called."),
        gettext_lazy("Open the step and give an address on the internet, with https and without a private network."),
    ),
    "failed": Why(gettext_lazy("The other program, or the flow inside of this one, failed."), _LATER),
    "too_large": Why(
        gettext_lazy("The answer was larger than may be taken."),
        gettext_lazy("Ask the other program for less, for example for one page only."),
    ),
    "circuit_open": Why(
        gettext_lazy("The other program failed again and again, so it is left alone for a while."), _LATER
    ),
    "secret_missing": Why(
        gettext_lazy("A secret that the step uses is not there, or may not go to this address."),
        gettext_lazy("Look at the secrets of the flows: its name and the addresses it may go to."),
    ),
    "missing": Why(
        gettext_lazy("The flow that was to run inside of this one is not there."),
        gettext_lazy("Open the step and choose another flow."),
    ),
    "not_published": Why(
        gettext_lazy("The flow that was to run inside of this one is not published."),
        gettext_lazy("Publish it, or choose another one in the step."),
    ),
    "no_card": Why(
        gettext_lazy("The contact card was empty for this guest."),
        gettext_lazy("A card needs a name and a phone as +5511999990000. Open the step and look at both."),
    ),
    "nothing_to_react_to": Why(
        gettext_lazy("There was no message of the guest to react to."),
        gettext_lazy("Put the step right after something that the guest writes."),
    ),
    "too_far": Why(
        gettext_lazy("The moment to wait for is more than a year ahead."),
        gettext_lazy("Open the step and give a nearer one."),
    ),
    "no_moment": Why(gettext_lazy("There is no such day to wait for."), _WORDS),
    "no_date": Why(
        gettext_lazy("What should have been a date is none."),
        gettext_lazy("A date looks like 2026-12-24. Ask for it with a question of the kind date."),
    ),
    "no_value": Why(
        gettext_lazy("This value does not fit into the contact's field."),
        gettext_lazy("Keep a short text or a number there."),
    ),
    "long_tag": Why(gettext_lazy("The tag is too long."), gettext_lazy("Open the step and shorten the tag.")),
    "not_booked": Why(
        gettext_lazy("The calendar refused it: what was chosen is not offered any more, or is missing."),
        gettext_lazy("Put a step before it that offers free times, and lead the exit “error” to a person."),
    ),
    "no_answer": Why(
        gettext_lazy("The calendar said nothing that can be read."),
        gettext_lazy("In a test, write the calendar's answer as it was recorded. Elsewhere, tell support."),
    ),
    "cancelled": Why(
        gettext_lazy("The run was stopped before the answer came."), gettext_lazy("Nothing is to be done.")
    ),
    "too_deep": Why(
        gettext_lazy("Too many flows run inside of each other."),
        gettext_lazy("Look whether a flow calls itself over another one."),
    ),
}


@dataclass(frozen=True)
class Explained:
    """An error as a page shows it; `detail` is what the engine said, which is not translated."""

    code: str
    words: str
    advice: str
    detail: str


def explain(error: str) -> Explained | None:
    """The words for an error as steps and runs keep it ("reason: detail"); None where there is none."""
    if not error:
        return None
    code, _colon, detail = error.partition(": ")
    why = REASONS.get(code)
    if why is None:
        # A note of a condition: which branch could not be worked out.
        return Explained("", _("Something did not go as drawn."), str(_WORDS), error)
    return Explained(code, str(why.words), str(why.advice), detail)
