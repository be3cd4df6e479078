"""How a flow behaves beside its drawing: Flow.settings, as JSON.

{"failure_text": "Desculpe, {{ contact.first_name }}…", "hand_over_on_failure": true,
 "error_budget": {"failures": 10, "within_minutes": 60}, "may_interrupt": false}
"""

from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from flows.engine.bodies import MAX_BUTTONS_BODY
from flows.engine.expressions import ExpressionError, Template
from flows.nodes.settings import template

_DAY_MIN: Final = 24 * 60


class ErrorBudget(BaseModel):
    """So many failed runs within so many minutes pause the flow."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    failures: int = Field(default=10, ge=1, le=1_000)
    within_minutes: int = Field(default=60, ge=1, le=7 * _DAY_MIN)


class FlowSettings(BaseModel):
    """What is missing has its default; a setting unknown to it is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # What the guest reads when a run fails; a text with blanks like those of the nodes. Empty: nothing.
    failure_text: str = Field(default="", max_length=MAX_BUTTONS_BODY)
    # After a failed run a person goes on: flows fall silent in that conversation and it calls for attention.
    hand_over_on_failure: bool = True
    error_budget: ErrorBudget = ErrorBudget()
    # Its keywords, written exactly, are heard even while another flow waits for an answer; that one is cancelled.
    may_interrupt: bool = False

    @field_validator("failure_text")
    @classmethod
    def readable(cls, text: str) -> str:
        """Its blanks can be read; the mistake names the character."""
        if text.strip():
            template(MAX_BUTTONS_BODY)(text)
            return text
        return ""

    @classmethod
    def read(cls, kept: Any) -> Self:
        """The settings as they are kept; what another release wrote and this one cannot read has its default."""
        known = {name: value for name, value in dict(kept or {}).items() if name in cls.model_fields}
        while True:
            try:
                return cls.model_validate(known)
            except ValidationError as error:
                for name in {str(detail["loc"][0]) for detail in error.errors() if detail["loc"]}:
                    known.pop(name, None)

    def to_json(self) -> dict[str, Any]:
        """As it is kept; `read` gives the same."""
        return self.model_dump(mode="json")

    @property
    def failure_template(self) -> Template | None:
        """What the guest reads when a run fails, ready to be rendered."""
        try:
            return Template(self.failure_text) if self.failure_text else None
        except ExpressionError:
            return None
