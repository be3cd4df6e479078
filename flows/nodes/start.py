"""Where every execution begins, and what makes it begin."""

from pydantic import Field

from flows.engine.context import Context
from flows.nodes.base import Node, Step, register
from flows.nodes.triggers import Call, Trigger


@register("start")
class Start(Trigger, Node):
    """The one node without an edge to it. Beside its own trigger it may have others (`also`).

    {"id": "n1", "type": "start", "trigger": "any_message"}
    {"id": "n1", "type": "start", "trigger": "first_contact", "also": [{"trigger": "keywords", "keywords": ["oi"]}]}
    {"id": "n1", "type": "start", "trigger": "keywords", "keywords": ["agendar", "horário"], "match": "word"}
    {"id": "n1", "type": "start", "trigger": "button", "replies": ["n2:yes", "Quero marcar"]}
    {"id": "n1", "type": "start", "trigger": "referral", "sources": ["120210000000000000"]}
    {"id": "n1", "type": "start", "trigger": "missed_reply", "minutes": 30}
    {"id": "n1", "type": "start", "trigger": "tag_added", "tags": ["vip"]}
    {"id": "n1", "type": "start", "trigger": "event", "events": ["contact.created"]}
    {"id": "n1", "type": "start", "trigger": "event", "events": ["booking.done"],
     "services": ["0198c0de-0000-7000-8000-000000000001"], "professionals": []}
    {"id": "n1", "type": "start", "trigger": "schedule", "schedule": {"at": "09:00", "weekdays": [1], "tags": ["vip"]}}
    {"id": "n1", "type": "start", "trigger": "schedule",
     "schedule": {"at": "10:00", "field": "birthday", "days": -1, "yearly": true}}
    {"id": "n1", "type": "start", "trigger": "api"}
    {"id": "n1", "type": "start", "trigger": "none"}
    replies: ids or titles of buttons and rows; sources: of ads, any if there are none; tags: any if there are none;
    services, professionals: of events of bookings, any if there are none;
    minutes: so long the team has left the guest without an answer; none: by hand, or from another flow
    exits: done
    """

    also: tuple[Trigger, ...] = Field(default=(), max_length=9)

    def triggers(self) -> tuple[Trigger, ...]:
        """All of them, its own first."""
        return (self, *self.also)

    def exits(self) -> tuple[str, ...]:
        return ("done",)

    def run(self, ctx: Context) -> Step:
        return Step("done")

    def pulled_by(self, call: Call) -> Trigger | None:
        """The trigger that a guest's message pulls, the one that asks for most of them; None if it pulls none."""
        if not self.also:
            return self if self.wants(call) else None
        wanting = [one for one in self.triggers() if one.wants(call)]
        return max(wanting, key=lambda one: one.narrowness) if wanting else None

    def starts_on(self, text: str, *, first_contact: bool = False) -> bool:
        """Whether a guest's text begins this flow."""
        return self.pulled_by(Call(text, first_contact)) is not None
