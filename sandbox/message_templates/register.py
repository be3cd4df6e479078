"""All templates of this world, their review and their pauses."""

import re
import secrets
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial

from sandbox.agenda import Agenda
from sandbox.asgi import JSON
from sandbox.clock import Clock
from sandbox.graph.errors import GraphError
from sandbox.message_templates import told
from sandbox.message_templates.rules import (
    HasSample,
    check_category,
    check_components,
    check_language,
    check_name,
    refusal,
)
from sandbox.message_templates.template import Template

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
PAUSES_S = (3 * HOUR_S, 6 * HOUR_S)  # a third time disables
LOCKED_S = 30 * DAY_S  # for which the name of a deleted template cannot be used again
CREATED_PER_HOUR = 100
TEMPLATES_MAX = 100_000
EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
# Words by which the review takes a utility template for marketing.
_PROMOTING = re.compile(r"\b(promo(ção|cao|ción|tion)|descontos?|descuentos?|discount|ofertas?|sale)\b|% off")

Tell = Callable[[str, str, JSON], None]


class Templates:
    """Templates by account. `tell` takes account, webhook field and value."""

    def __init__(self, clock: Clock, agenda: Agenda, tell: Tell) -> None:
        self.review_s = 2.0
        self.holds = False  # reviews wait until somebody decides
        self.most_per_account = 250
        self._clock, self._agenda, self._tell = clock, agenda, tell
        self._by_id: dict[str, Template] = {}
        self._by_name: dict[tuple[str, str, str], Template] = {}
        self._locked: dict[tuple[str, str, str], float] = {}
        self._created: dict[str, deque[float]] = {}
        self._greeted: set[str] = set()

    def greet(self, waba_id: str) -> None:
        """A new account has Meta's sample template, once."""
        if waba_id in self._greeted:
            return
        self._greeted.add(waba_id)
        components: list[JSON] = [
            {"type": "HEADER", "format": "TEXT", "text": "Hello World"},
            {"type": "BODY", "text": "Welcome and congratulations!! This message demonstrates your ability to send."},
            {"type": "FOOTER", "text": "WhatsApp Business Platform sample message"},
        ]
        sample = Template(self._new_id(), waba_id, "hello_world", "en_US", "UTILITY", components, self._clock.now())
        sample.status = "APPROVED"
        self._put(sample)

    def _new_id(self) -> str:
        return str(secrets.randbelow(9 * 10**14) + 10**14)

    def _put(self, template: Template) -> None:
        self._by_id[template.id] = template
        self._by_name[template.waba_id, template.name, template.language] = template

    def by_id(self, template_id: str) -> Template | None:
        """A template by Meta's id."""
        return self._by_id.get(template_id)

    def find(self, waba_id: str, name: str, language: str) -> Template | None:
        """A template by what sending names."""
        return self._by_name.get((waba_id, name, language))

    def of_account(self, waba_id: str) -> list[Template]:
        """An account's templates, the newest first."""
        found = [template for template in self._by_id.values() if template.waba_id == waba_id]
        return sorted(found, key=lambda template: (-template.made_at, template.id))

    def create(self, waba_id: str, wish: JSON, has_sample: HasSample) -> Template:
        """Submit a template; raises GraphError."""
        key = (waba_id, check_name(wish.get("name")), check_language(wish.get("language")))
        category = check_category(wish.get("category"))
        parameter_format = str(wish.get("parameter_format") or "POSITIONAL").upper()
        if parameter_format not in ("POSITIONAL", "NAMED"):
            raise refusal(None, "Invalid parameter", "parameter_format must be POSITIONAL or NAMED.")
        is_code = category == "AUTHENTICATION"
        components = check_components(wish.get("components"), parameter_format, has_sample, is_code=is_code)
        self._check_room(key)
        now = self._clock.now()
        template = Template(self._new_id(), *key, category, components, now, parameter_format)
        self._put(template)
        self._created.setdefault(waba_id, deque(maxlen=CREATED_PER_HOUR)).append(now)
        self._submit(template)
        return template

    def _check_room(self, key: tuple[str, str, str]) -> None:
        waba_id, now = key[0], self._clock.now()
        if self._locked.get(key, 0.0) > now:
            why = "New content in this language can't be added while the existing content is being deleted."
            raise refusal(2388023, "Message template language is being deleted", why)
        if key in self._by_name:
            raise refusal(2388024, "Content in this language already exists", "Edit it, or choose another name.")
        made = self._created.get(waba_id, deque())
        if len(made) == CREATED_PER_HOUR and now - made[0] < HOUR_S:
            raise GraphError(80007, "More than 100 templates were created within an hour.")
        if sum(template.waba_id == waba_id for template in self._by_id.values()) >= self.most_per_account:
            why = f"This account has {self.most_per_account} templates already."
            raise refusal(2388019, "Message template limit exceeded", why)

    def edit(self, template: Template, wish: JSON, has_sample: HasSample) -> None:
        """Change a template, which sends it to review again; raises GraphError."""
        now = self._clock.now()
        if template.status not in EDITABLE:
            why = f"A template can be edited while it is {', '.join(EDITABLE)}; this one is {template.status}."
            raise refusal(None, "Message template can't be edited", why)
        if template.status == "APPROVED":
            edits = [at for at in template.edits if now - at < 30 * DAY_S]
            if len(edits) >= 10 or (edits and now - edits[-1] < DAY_S):
                why = "An approved template can be edited once in 24 hours and ten times in 30 days."
                raise refusal(None, "Message template can't be edited", why)
            if "category" in wish and check_category(wish["category"]) != template.category:
                why = "The category of an approved template can't be edited."
                raise refusal(None, "Message template can't be edited", why)
            template.edits = [*edits, now]
        if "components" in wish:
            is_code = template.category == "AUTHENTICATION"
            components = check_components(wish["components"], template.parameter_format, has_sample, is_code=is_code)
            template.components = components
        if "category" in wish:
            template.category = check_category(wish["category"])
        self.announce_components(template)
        self._submit(template)

    def announce_components(self, template: Template) -> None:
        """Tell what stands in a template now."""
        self._tell(template.waba_id, "message_template_components_update", told.components(template))

    def archive(self, template: Template, event: str) -> None:
        """A template that was archived comes back, or goes for good."""
        if event == "UNARCHIVED":
            template.status = "APPROVED"
            return self._tell_status(template, event)
        del self._by_id[template.id], self._by_name[template.waba_id, template.name, template.language]
        return self._tell_status(template, event)

    def delete(self, template: Template) -> None:
        """Take a template away; its name stays locked when it was approved."""
        key = (template.waba_id, template.name, template.language)
        del self._by_id[template.id], self._by_name[key]
        if template.status == "APPROVED":
            self._locked[key] = self._clock.now() + LOCKED_S
        self._tell_status(template, "PENDING_DELETION")

    def _submit(self, template: Template) -> None:
        template.status, template.reason = "PENDING", "NONE"
        template.until = self._clock.now() + self.review_s
        if not self.holds:
            self._agenda.at(template.until, lambda: self._review(template))

    def _is_there(self, template: Template) -> bool:
        return self._by_id.get(template.id) is template

    def _review(self, template: Template) -> None:
        """What Meta's reviewers decide: names with "reject" fall, promotions among utility are marketing."""
        if template.status != "PENDING" or template.until > self._clock.now() or not self._is_there(template):
            return None
        if "reject" in template.name:
            return self.set_status(template, "REJECTED", reason="INVALID_FORMAT")
        said = " ".join(template.texts()).lower()
        if template.category == "UTILITY" and _PROMOTING.search(said):
            self.set_category(template, "MARKETING")
        return self.set_status(template, "APPROVED")

    def _tell_status(self, template: Template, event: str, *, reason: str | None = None, **other: JSON) -> None:
        value = told.status(template, event, reason=reason, other=other or None)
        self._tell(template.waba_id, "message_template_status_update", value)

    def set_status(self, template: Template, status: str, *, reason: str = "NONE", more: JSON | None = None) -> None:
        """Give a template a status and tell it."""
        template.status = "APPROVED" if status == "REINSTATED" else status
        template.reason = reason
        self._tell_status(template, status, reason=reason, **(more or {}))

    def pause(self, template: Template) -> None:
        """Too many guests complained: three hours, then six, then for good."""
        template.pauses += 1
        if template.pauses > len(PAUSES_S):
            disabled: JSON = {"disable_info": {"disable_date": int(self._clock.now())}}
            title = {"title": "DISABLED", "description": "The template was paused too often."}
            return self.set_status(template, "DISABLED", more={**disabled, "other_info": title})
        template.until = self._clock.now() + PAUSES_S[template.pauses - 1]
        title_of = ("FIRST_PAUSE", "SECOND_PAUSE")[template.pauses - 1]
        self.set_status(template, "PAUSED", more=told.pause(title_of, template.until))
        return self._agenda.at(template.until, lambda: self._unpause(template))

    def _unpause(self, template: Template) -> None:
        if template.status == "PAUSED" and template.until <= self._clock.now() and self._is_there(template):
            self.set_status(template, "APPROVED", more=told.pause("UNPAUSE", None))

    def set_quality(self, template: Template, quality: str) -> None:
        """Give a template a score and tell it."""
        previous, template.quality = template.quality, quality
        self._tell(template.waba_id, "message_template_quality_update", told.quality(template, previous))

    def announce_category(self, template: Template, correct: str) -> None:
        """Meta finds that another category would be right, and will change it in a day."""
        template.correct_category = correct
        at = int(self._clock.now() + DAY_S)
        scores = {"new_category": template.category, "correct_category": correct, "category_update_timestamp": at}
        self._tell(template.waba_id, "template_category_update", told.category(template, **scores))
        self._agenda.at(at, lambda: self._correct(template))

    def _correct(self, template: Template) -> None:
        if template.correct_category and self._is_there(template):
            self.set_category(template, template.correct_category)

    def set_category(self, template: Template, category: str) -> None:
        """Move a template to another category and tell it."""
        template.previous_category, template.category = template.category, category
        template.correct_category = ""
        scores = {"previous_category": template.previous_category, "new_category": category}
        self._tell(template.waba_id, "template_category_update", told.category(template, **scores))

    def as_saved(self) -> JSON:
        """What is kept over a restart."""
        locked = [[*key, until] for key, until in self._locked.items() if until > self._clock.now()]
        templates = [template.as_saved() for template in self._by_id.values()]
        return {"templates": templates, "locked": locked, "greeted": sorted(self._greeted)}

    def restore(self, saved: JSON) -> None:
        """Take back what was saved; reviews and pauses go on."""
        for entry in saved["templates"]:
            template = Template(**entry)
            self._put(template)
            self._agenda.at(template.until, partial(self._go_on, template))
        for waba_id, name, language, until in saved["locked"]:
            self._locked[waba_id, name, language] = until
        self._greeted.update(saved["greeted"])

    def _go_on(self, template: Template) -> None:
        if not self.holds:
            self._review(template)
        self._unpause(template)

    def forget(self, accounts: Iterable[str] = ()) -> None:
        """No account has any; those named begin again with the sample."""
        for kept in (self._by_id, self._by_name, self._locked, self._created):
            kept.clear()
        self._greeted.clear()
        for waba_id in accounts:
            self.greet(waba_id)
