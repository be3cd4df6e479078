"""The three visible lists: what upper layers do on the road of a message, in an order that is a decision."""

# One guest's message. Each step takes a batch of one salon; "keep" and "answer" are a transaction each, so that a
# broken flow never takes the guest's message out of the inbox.
INBOUND_STEPS = {
    "keep": [
        "crm.contacts.inbound.find_or_create_contacts",  # who wrote: everything below hangs on it
        "crm.inbox.inbound.add_to_conversations",  # before anything answers, so that answers have a place
    ],
    "answer": [
        "flows.runtime.inbound.resume_or_start",
    ],
    # After the commit of "keep": what may be lost.
    "tell": [
        "crm.inbox.inbound.tell",
    ],
}

# Asked when a message is written and again right before the call. The first refusal wins.
OUTBOUND_CHECKS = [
    "channels_wa.outbox.window.check",  # Meta's 24-hour window (I18)
]

# Who hears of an event, at least once; a pattern ends in `*` or names one kind.
EVENT_HANDLERS = {
    "message.failed": ["crm.inbox.attention.on_events"],
    "message.unknown": ["crm.inbox.attention.on_events"],
    "execution.failed": ["crm.inbox.attention.on_events"],
    "number.connected": ["channels_wa.outbox.numbers.on_events"],  # what waited for it goes
    "number.resumed": ["channels_wa.outbox.numbers.on_events"],
    "conversation.closed": ["flows.runtime.closing.on_events"],  # nobody answers there any more
    # What Meta says of numbers and accounts stands on the number; watchers hear of it as number.changed.
    "meta.phone_number_quality_update": ["channels_wa.numbers.changes.on_events"],
    "meta.phone_number_name_update": ["channels_wa.numbers.changes.on_events"],
    "meta.account_update": ["channels_wa.numbers.changes.on_events"],
    "meta.account_review_update": ["channels_wa.numbers.changes.on_events"],
    "meta.business_capability_update": ["channels_wa.numbers.changes.on_events"],
}

# Where the operator's pages note what was done, whichever layer they stand in.
OPERATOR_AUDIT = "tenants.operators.actions.record"
