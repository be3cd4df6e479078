"""STOP and its relatives: noted with the message itself, confirmed once, and no flow's business (I19)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils import translation
from django.utils.translation import gettext as _

from channels_wa.inbound.steps import Incoming
from channels_wa.outbox.actions import enqueue_many
from channels_wa.outbox.message import NewMessage
from crm.consent import words
from crm.consent.models import ConsentEntry, Purpose, Source, State
from crm.consent.policy import policy
from crm.consent.queries import states
from crm.consent.register import BOTH, Word, addresses_of, record_many
from crm.inbox.live import tell_new
from crm.inbox.summary import note_outbound

# What a guest typed, and the opt-out button of a template. A button or a row of a flow says what its flow means by it.
TYPES = ("text", "button")


class _Said(NamedTuple):
    one: Incoming
    word: words.Word

    @property
    def is_stop(self) -> bool:
        return self.word.meaning != "resume"


def notice_opt_out(batch: Sequence[Incoming]) -> list[Incoming]:
    """Keep step: write down who stops or resumes. From here on the checks know, also for what waits already."""
    said = _said(batch)
    if said:
        revoked = _revoked([one.contact_id for one, _word in said])
        addresses = addresses_of([one.contact_id for one, _word in said])
        record_many(
            [
                Word(
                    contact_id=item.one.contact_id,
                    contact_public_id=item.one.contact_public_id,
                    addresses=addresses.get(item.one.contact_id, []),
                    purposes=[Purpose.MARKETING] if item.word.meaning == "stop_marketing" else BOTH,
                    state=State.REVOKED if item.is_stop else State.GRANTED,
                    source=Source.MESSAGE,
                    evidence=item.one.message.text[: 2 * words.LONGEST],
                    wamid=item.one.message.wamid or "",
                )
                for item in said
                # "Voltar" of a guest who never stopped is a word like any other.
                if item.is_stop or item.one.contact_id in revoked
            ]
        )
    return list(batch)


def confirm(batch: Sequence[Incoming]) -> list[bool]:
    """Answer step: one confirmation for each word that changed something; a STOP never reaches a flow."""
    said = _said(batch)
    if not said:
        return [False] * len(batch)
    changed = set(
        ConsentEntry.objects.filter(wamid__in=[one.message.wamid for one, _word in said]).values_list(
            "wamid", flat=True
        )
    )
    to_confirm = [item for item in said if item.one.message.wamid in changed]
    _write(to_confirm)
    handled = {item.one.message.wamid for item in said if item.is_stop or item.one.message.wamid in changed}
    return [one.message.wamid in handled for one in batch]


def _said(batch: Sequence[Incoming]) -> list[_Said]:
    candidates = [
        one
        for one in batch
        # What is said in a group is said to everybody there.
        if one.message.type in TYPES and not one.source and len(one.message.text) <= words.LONGEST
    ]
    if not candidates:
        return []
    rules = policy()
    read = ((one, words.read(one.message.text, rules.stop_words, language=rules.language)) for one in candidates)
    return [_Said(one, word) for one, word in read if word]


def _revoked(contact_ids: Sequence[int]) -> set[int]:
    return {contact_id for (contact_id, _purpose), state in states(contact_ids).items() if state == State.REVOKED}


def _write(said: Sequence[_Said]) -> None:
    if not said:
        return
    best = addresses_of([item.one.contact_id for item in said])
    written = enqueue_many(
        [
            NewMessage(
                contact_id=item.one.contact_id,
                conversation_id=item.one.conversation_id,
                number_id=item.one.number_id,
                recipient_kind=to.kind,
                recipient=to.value,
                text=_words(item.word),
                dedupe_key=f"consent:{item.one.message.wamid}"[:120],
            )
            for item in said
            if (to := _recipient(item.one, best))
        ]
    )
    new = [one for one in written if one.is_new]
    if new:
        note_outbound([(one.conversation_id, one.type, one.text) for one in new], at=new[0].at)
        tell_new([one.message_id for one in new], [one.conversation_id for one in new])


def _recipient(one: Incoming, known: dict[int, list[Any]]) -> Any:
    """Where this guest wrote from: a phone before a BSUID, as everywhere."""
    order = {"phone": 0, "bsuid": 1, "parent_bsuid": 2}
    own = [to for to in known.get(one.contact_id, []) if to.portfolio == one.portfolio and to.kind in order]
    return min(own, key=lambda to: order[to.kind], default=None)


def _words(word: words.Word) -> str:
    rules = policy()
    language = {"pt": "pt-br"}.get(word.language, word.language) or rules.language
    own = rules.confirmations.get(language[:2], "") if word.meaning == "stop" else ""
    if own:
        return own
    with translation.override(language):
        if word.meaning == "stop":
            return _("Done: we will not write to you on our own any more. To come back, answer START.")
        if word.meaning == "stop_marketing":
            return _("Done: no more offers from us. Reminders of your visits still come.")
        return _("Welcome back! From now on you get our messages again.")
