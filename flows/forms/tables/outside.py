"""Other programs, and other flows."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from flows.forms.fields import Field

SECRET_HELP: Final = _("A key or password is never written here: insert a secret, which goes to its own hosts only.")
HEADERS: Final = Field(name="headers", label=_("Headers"), add=_("Add a header"), more=True, help=SECRET_HELP, most=30)
HTTP_REQUEST: Final = (
    Field(
        name="method",
        label=_("Method"),
        half=True,
        choices={"GET": "GET", "POST": "POST", "PUT": "PUT", "PATCH": "PATCH", "DELETE": "DELETE"},
    ),
    Field(
        name="url",
        label=_("Address"),
        kind="text",
        most=2000,
        placeholder="https://api.example.com/orders",
        help=_("The host is written out; what comes after it may hold variables."),
    ),
    Field(name="query", label=_("Values in the address"), kind="pairs", add=_("Add a value"), more=True, most=50),
    HEADERS,
    Field(
        name="body_type",
        label=_("What is sent along"),
        choices={"none": _("Nothing"), "json": "JSON", "form": _("Form"), "text": _("Text")},
    ),
    Field(
        name="body",
        slot="body",
        label=_("JSON"),
        kind="json",
        when={"body_type": ("json",)},
        help=_("A blank stands in quotes; alone in its quotes it keeps its kind, a number stays one."),
        placeholder='{"name": "{{ contact.name }}"}',
    ),
    Field(
        name="body",
        slot="body_form",
        label=_("Fields"),
        kind="pairs",
        when={"body_type": ("form",)},
        add=_("Add a field"),
        most=50,
    ),
    Field(name="body", slot="body_text", label=_("Text"), kind="text", most=16000, when={"body_type": ("text",)}),
    Field(
        name="response",
        label=_("Keep of the answer"),
        add=_("Add a value to keep"),
        initial={"path": "", "variable": ""},
        help=_("A path into its JSON, like data.items[0].id; $ is all of it."),
        item=(
            Field(name="path", label=_("Path"), kind="line", half=True, placeholder="data.id"),
            Field(name="variable", label=_("Keep as"), kind="name", half=True, placeholder="order"),
        ),
    ),
    Field(
        name="status_variable",
        label=_("Keep the status as"),
        kind="name",
        more=True,
        placeholder="status",
        help=_("The number that says how it went: 200, 404 …"),
    ),
    Field(name="timeout_s", label=_("Wait for the answer (seconds)"), more=True, half=True),
    Field(
        name="retries",
        label=_("If it fails"),
        more=True,
        item=(
            Field(name="times", label=_("Try again so often"), half=True),
            Field(name="wait_s", label=_("First after (seconds)"), half=True, help=_("Each wait is twice the last.")),
        ),
    ),
)
WEBHOOK: Final = (
    Field(name="url", label=_("Address"), kind="text", most=2000, placeholder="https://hooks.example.com/cadeira"),
    Field(
        name="body",
        label=_("JSON"),
        kind="json",
        help=_("A blank stands in quotes; alone in its quotes it keeps its kind, a number stays one."),
        placeholder='{"name": "{{ contact.name }}"}',
    ),
    Field(
        name="secret",
        label=_("Signed with"),
        kind="choice",
        source="secrets",
        placeholder=_("Not signed"),
        help=_("With it the other side can tell that it comes from you."),
    ),
    HEADERS,
)
SUBFLOW: Final = (
    Field(name="flow", label=_("Flow"), kind="choice", source="flows"),
    Field(
        name="variables",
        label=_("What it gets"),
        kind="pairs",
        add=_("Add a variable"),
        most=50,
        help=_("Its variables by name, each with a formula."),
    ),
    Field(
        name="returns",
        label=_("What is kept of it"),
        kind="chips",
        help=_("Names of its variables that go on here when it has ended; press Enter after each."),
    ),
)
