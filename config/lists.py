"""The visible lists: what upper layers do on the road of a message, in an order that is a decision."""

# One guest's message. Each step takes a batch of one salon; "keep" and "answer" are a transaction each, so that a
# broken flow never takes the guest's message out of the inbox.
INBOUND_STEPS = {
    "keep": [
        "crm.contacts.inbound.find_or_create_contacts",  # who wrote: everything below hangs on it
        "crm.inbox.inbound.add_to_conversations",  # before anything answers, so that answers have a place
        "crm.consent.inbound.notice_opt_out",  # in the same transaction: whoever stopped, stopped
    ],
    "answer": [
        "crm.contacts.inbound.leave_blocked_alone",  # first: nothing answers a blocked guest, not even to a STOP
        "crm.consent.inbound.confirm",  # a STOP is confirmed, and is no answer to a flow
        "crm.bookings.inbound.notice_answer",  # a reminder's "sim" is for the booking and feeds no open question
        "flows.runtime.inbound.resume_or_start",
    ],
    # What was exchanged without us, on the salon's phone: a keep of its own, as nothing may take it for a guest's wish.
    "elsewhere": [
        "crm.contacts.inbound.find_or_create_contacts",
        "crm.inbox.elsewhere.add_to_conversations",
    ],
    # Names from the phone's address book.
    "phonebook": [
        "crm.contacts.inbound.note_phonebook",
    ],
    # After the commit of "keep": what may be lost.
    "tell": [
        "crm.inbox.inbound.tell",
    ],
}

# Asked when a message is written and again right before the call. The first refusal wins.
OUTBOUND_CHECKS = [
    "billing.quotas.outbound.check",  # what the plan has no room for waits for the next period
    "crm.contacts.outbound.blocked",  # whom the salon wants nothing to do with
    "crm.consent.outbound.check",  # what a guest has stopped (I19)
    "crm.bookings.reminders.outbound.check",  # a reminder of a visit that was cancelled, moved, or is over
    "crm.bookings.waitlist.outbound.check",  # an offer that somebody else has by now
    "channels_wa.outbox.subscription.check",  # what is paid for; a debt never cuts a conversation off in the middle
    "channels_wa.outbox.disconnected.check",  # a number that left the salon sends nothing
    "channels_wa.outbox.window.check",  # Meta's 24-hour window (I18)
    "channels_wa.message_templates.outbound.check",  # one that Meta has paused or ended
    "crm.consent.outbound.quiet_hours",
    "crm.consent.outbound.frequency_cap",
    "channels_wa.media.outbound.check",  # late: Meta gets no file of a message that will not go
    "channels_wa.watchdog.outbound.check",  # counts: what others refuse takes no place of a new number's day
]

# What a plan limits beside PLAN_THINGS that stays as long as nobody takes it away: () -> how much, inside the salon.
USAGE_GAUGES = {"storage_mb": "channels_wa.media.queries.stored_mb"}

# Units that are on their way and may be counted in a moment: (salon id, without these rows) -> how many.
USAGE_HOLDS = {"messages": "channels_wa.outbox.usage.on_their_way"}

# What others told of units, to compare with ours: (from, before, keys) -> keys that were told of, among these and those
# of what was caused in that time.
USAGE_PROOFS = {"messages": "channels_wa.outbox.usage.told_by_meta"}

# What others priced of a day, to compare with the fees that we noted: (from, before) -> units by category.
COST_PROOFS = {"whatsapp": "channels_wa.outbox.fees.priced_by_meta"}

# Two contacts are one person: who moves what, in the order in which answers lock it too.
CONTACT_MERGE_STEPS = [
    "crm.inbox.merging.choose_conversations",  # of two open ones over one number, one goes on
    "flows.runtime.merging.move",
    "crm.inbox.merging.move",
    "crm.consent.merging.move",
    "crm.deals.merging.move",
    "crm.bookings.merging.move",
    "channels_wa.media.actions.follow_merge",  # sealed for the one who stays
]

# A merge is taken back: beside the rows that it moved (crm.contacts.unmerging), who puts what right.
CONTACT_UNMERGE_STEPS = [
    "crm.inbox.merging.undo",
    "flows.runtime.merging.undo",
    "channels_wa.media.actions.undo_merge",
]

# What a new salon begins with, in the transaction that opens it and inside of it.
SALON_OPENING_STEPS = [
    "crm.deals.defaults.open_salon",  # a pipeline, so that a deal has a place from the first day
    "crm.bookings.defaults.open_salon",  # opening hours and rules, so that a first professional can be booked
]

# Somebody has signed up, in the transaction that opens their salon and inside of it: (the salon).
SALON_SIGN_UP_STEPS = [
    "billing.subscriptions.trial.start",  # fourteen days to look at everything, without a card
]

# Of what a salon has only so many by its plan: functions that give its living rows.
PLAN_THINGS = {
    "contacts": "crm.contacts.queries.living",
    "numbers": "channels_wa.numbers.queries.living",
    "flows": "flows.sharing.living",
    "professionals": "crm.bookings.belonging.living",
}

# A salon's clocks show another zone, in the transaction that says so: (zone before, zone after, by whom) -> how many.
SALON_ZONE_STEPS = [
    "crm.bookings.actions.zone.keep_wall_clocks",  # visits stay when the clock on the wall shows their hour
]

# What is shown of the salon's people beside their role: (member ids) -> facts of each.
MEMBER_FACTS = [
    "crm.inbox.belonging.teams_of",
    "crm.bookings.belonging.professional_of",
]

# What is in somebody's hands, in words.
MEMBER_HOLDINGS = [
    "crm.inbox.belonging.holds",
    "crm.deals.belonging.holds",
]

# Somebody is switched off or goes, in that transaction: (member, for good?, by whom).
MEMBER_LEAVING_STEPS = [
    "crm.inbox.belonging.hand_back",  # first: guests wait
    "crm.deals.belonging.hand_back",
]

# A salon makes a role like another one: what narrows the first narrows the copy.
ROLE_COPY_STEPS = [
    "crm.inbox.belonging.follow_role",
    "crm.bookings.belonging.follow_role",
]

# What the page of costs sets beside them: (first moment, the moment after the last) -> facts by name, of the salon.
COST_FACTS = [
    "crm.inbox.cost_facts.conversations",
    "crm.bookings.cost_facts.bookings",
]

# Who hears of an event, at least once; a pattern ends in `*` or names one kind.
EVENT_HANDLERS = {
    "meta.user_preferences": ["crm.consent.events.on_preferences"],  # the guest's own switch in WhatsApp
    "contact.opted_out": [
        "crm.consent.events.on_opted_out",  # WhatsApp refused an offer for it
        "flows.runtime.awaiting.on_events",
        "flows.runtime.triggers.on_events",
    ],
    "contact.created": ["flows.runtime.triggers.on_events"],
    "message.failed": [
        "channels_wa.media.doubts.on_failed",  # its file is handed over anew at the next try
        "channels_wa.message_templates.changes.on_failed",
        "crm.inbox.attention.on_events",
        "channels_wa.watchdog.events.on_failed",
        "crm.bookings.reminders.hearing.on_not_sent",  # another way for a reminder
        "crm.bookings.waitlist.hearing.on_not_sent",  # the next guest for a place
        "flows.runtime.triggers.on_events",
    ],
    "message.cancelled": [
        "crm.bookings.reminders.hearing.on_not_sent",
        "crm.bookings.waitlist.hearing.on_not_sent",
    ],
    "message.unknown": ["crm.inbox.attention.on_events"],
    "execution.failed": [
        "crm.inbox.attention.on_events",
        "flows.runtime.failing.on_failed",  # the guest is told, a person goes on
        "flows.runtime.budget.on_failed",  # too many of them pause the flow
    ],
    "execution.cancelled": ["flows.runtime.subflows.on_cancelled"],  # who waits for it is told
    "flow.resumed": ["flows.runtime.budget.on_looked_at", "flows.triggers.schedule.on_flow_events"],
    "flow.archived": ["flows.runtime.budget.on_looked_at", "flows.triggers.schedule.on_flow_events"],
    # What begins by the clock has its next moment set, or taken back.
    "flow.published": ["flows.triggers.schedule.on_flow_events"],
    "flow.paused": ["flows.triggers.schedule.on_flow_events"],
    "flow.restored": ["flows.triggers.schedule.on_flow_events"],
    "flow.switched_on": ["flows.triggers.schedule.on_flow_events"],
    "flow.switched_off": ["flows.triggers.schedule.on_flow_events"],
    "number.connected": [
        "crm.bookings.page.templates.on_connected",  # the code's text is looked at by Meta before the first guest comes
        "channels_wa.outbox.numbers.on_events",  # what waited for it goes
        "channels_wa.message_templates.changes.on_connected",
        "channels_wa.watchdog.events.on_numbers",
    ],
    "number.stopped": ["channels_wa.watchdog.events.on_numbers"],  # one alert, however many messages failed
    "number.circuit_opened": ["channels_wa.watchdog.events.on_numbers"],
    "number.circuit_closed": ["channels_wa.watchdog.events.on_numbers"],
    "number.campaigns_paused": ["channels_wa.watchdog.events.on_numbers"],
    "number.disconnected": [
        "channels_wa.outbox.disconnected.on_events",  # what waited for it is taken back
        "channels_wa.watchdog.events.on_disconnected",
    ],
    "number.resumed": ["channels_wa.outbox.numbers.on_events", "channels_wa.watchdog.events.on_numbers"],
    # A higher limit lets more of them go; a lower quality pauses.
    "number.changed": ["channels_wa.outbox.numbers.on_events", "channels_wa.watchdog.events.on_numbers"],
    "template.changed": [
        "channels_wa.watchdog.events.on_templates",
        "crm.bookings.reminders.hearing.on_template",  # reminders that waited for it go
    ],
    # Another plan may have room for what waits.
    "subscription.changed": ["channels_wa.outbox.plan_changes.on_changed"],
    "booking.booked": [
        "crm.bookings.usage.on_booked",  # the plan counts it
        "crm.bookings.reminders.templates.on_booked",  # the reminder's text is looked at by Meta
        "crm.bookings.waitlist.hearing.on_booked",  # a deposit was paid: they wait no more
        "crm.bookings.page.confirming.on_booked",  # a deposit was paid: the guest gets the link to their visit
        "flows.runtime.awaiting.on_events",
        "flows.runtime.triggers.on_events",
    ],
    # Time became free: a guest of the waitlist is offered it.
    "booking.cancelled": [
        "crm.bookings.packages.hearing.on_gone",
        "crm.bookings.deposits.hearing.on_gone",
        "crm.bookings.waitlist.hearing.on_freed",
        "flows.runtime.awaiting.on_events",
        "flows.runtime.triggers.on_events",
    ],
    "booking.expired": [
        "crm.bookings.deposits.hearing.on_gone",
        "crm.bookings.waitlist.hearing.on_freed",
        "flows.runtime.awaiting.on_events",
        "flows.runtime.triggers.on_events",
    ],
    "booking.no_show": [
        "crm.bookings.deposits.hearing.on_no_show",
        "crm.bookings.waitlist.hearing.on_freed",
        "flows.runtime.awaiting.on_events",
        "flows.runtime.triggers.on_events",
    ],
    "booking.moved": [
        "crm.bookings.waitlist.hearing.on_freed",
        "flows.runtime.awaiting.on_events",
        "flows.runtime.triggers.on_events",
    ],
    # It was done, or nobody came; and that was a mistake.
    "booking.reopened": ["crm.bookings.packages.hearing.on_back", "crm.bookings.deposits.hearing.on_came"],
    # Its texts are looked at by Meta; then the guest gets it.
    "payment_link.asked": ["crm.bookings.deposits.hearing.on_asked", "crm.bookings.packages.hearing.on_asked"],
    "payment_link.opened": ["crm.bookings.deposits.hearing.on_opened", "crm.bookings.packages.hearing.on_opened"],
    # What was held for it is booked.
    "payment_link.paid": ["crm.bookings.deposits.hearing.on_paid", "crm.bookings.packages.hearing.on_paid"],
    "time.unblocked": ["crm.bookings.waitlist.hearing.on_freed"],
    "time.changed": ["crm.bookings.waitlist.hearing.on_freed"],
    "waitlist.joined": ["crm.bookings.waitlist.hearing.on_joined"],  # the offer's text is looked at by Meta
    "booking.arrived": [
        "flows.runtime.awaiting.on_events",
        "flows.runtime.triggers.on_events",
    ],
    "booking.confirmed": [
        "flows.runtime.awaiting.on_events",
        "flows.runtime.triggers.on_events",
    ],
    "booking.done": [
        "crm.bookings.packages.hearing.on_done",  # what the guest has bought pays for it
        "flows.runtime.awaiting.on_events",
        "flows.runtime.triggers.on_events",
    ],
    "booking.unanswered": ["flows.runtime.awaiting.on_events", "flows.runtime.triggers.on_events"],
    "conversation.closed": [
        "flows.runtime.closing.on_events",  # nobody answers there any more
        "flows.runtime.silence.on_events",  # nor does a person
        "flows.runtime.awaiting.on_events",
        "flows.runtime.triggers.on_events",
    ],
    "conversation.bot_changed": [
        "flows.runtime.silence.on_events",  # what was held goes on
        "flows.runtime.awaiting.on_events",
    ],
    # What happens to a guest goes to the flows that wait for it, then to those that begin by it (flows.triggers.kinds).
    "consent.changed": ["flows.runtime.awaiting.on_events", "flows.runtime.triggers.on_events"],
    "contact.changed": ["flows.runtime.awaiting.on_events", "flows.runtime.triggers.on_events"],
    "contact.unreachable": ["flows.runtime.awaiting.on_events", "flows.runtime.triggers.on_events"],
    "conversation.assigned": ["flows.runtime.awaiting.on_events", "flows.runtime.triggers.on_events"],
    "conversation.handed_over": ["flows.runtime.awaiting.on_events", "flows.runtime.triggers.on_events"],
    "conversation.reopened": ["flows.runtime.awaiting.on_events", "flows.runtime.triggers.on_events"],
    "deal.created": ["flows.runtime.awaiting.on_events", "flows.runtime.triggers.on_events"],
    "deal.stage_changed": ["flows.runtime.awaiting.on_events", "flows.runtime.triggers.on_events"],
    "deal.won": ["flows.runtime.awaiting.on_events", "flows.runtime.triggers.on_events"],
    "deal.lost": ["flows.runtime.awaiting.on_events", "flows.runtime.triggers.on_events"],
    "deal.reopened": ["flows.runtime.awaiting.on_events", "flows.runtime.triggers.on_events"],
    "task.done": ["flows.runtime.awaiting.on_events", "flows.runtime.triggers.on_events"],
    "meta.user_id_update": ["crm.contacts.renaming.on_user_ids"],
    "contact.merged": ["crm.inbox.merging.on_merged"],  # what was written meanwhile
    "contact.phone_passed_on": ["crm.inbox.merging.on_phone_passed_on"],  # a person should look
    # What Meta says of numbers and accounts stands on the number; watchers hear of it as number.changed.
    "meta.phone_number_quality_update": [
        "channels_wa.numbers.changes.on_events",
        "channels_wa.watchdog.events.on_quality_webhook",
    ],
    "meta.phone_number_name_update": ["channels_wa.numbers.changes.on_events"],
    "meta.account_alerts": ["channels_wa.watchdog.events.on_account_alerts"],
    "meta.account_update": ["channels_wa.numbers.changes.on_events"],
    "meta.account_review_update": ["channels_wa.numbers.changes.on_events"],
    "meta.business_capability_update": ["channels_wa.numbers.changes.on_events"],
    "meta.message_template_status_update": ["channels_wa.message_templates.changes.on_events"],
    "meta.message_template_quality_update": ["channels_wa.message_templates.changes.on_events"],
    "meta.message_template_components_update": ["channels_wa.message_templates.changes.on_events"],
    "meta.template_category_update": ["channels_wa.message_templates.changes.on_events"],
}

# Which files of messages a member may open.
FILE_RIGHTS = "crm.inbox.rights.sees_file"

# Where the operator's pages note what was done, whichever layer they stand in.
OPERATOR_AUDIT = "tenants.operators.actions.record"

# Where the things that the audit log names have their page: what an act begins with -> (model, name of the page).
AUDIT_LINKS = {
    "booking": ("bookings.Booking", "calendar:booking"),
    "contact": ("contacts.Contact", "contacts:contact"),
    "conversation": ("inbox.Conversation", "inbox:conversation"),
    "deal": ("deals.Deal", "deals:deal"),
    "flow": ("flows.Flow", "flows:flow"),
    "number": ("numbers.Number", "numbers:number"),
    "package": ("bookings.Package", "packages:package"),
    "pipeline": ("deals.Pipeline", "pipelines:pipeline"),
    "professional": ("bookings.Professional", "professionals:professional"),
    "resource": ("bookings.Resource", "resources:resource"),
    "segment": ("contacts.Segment", "contacts:segment"),
    "service": ("bookings.Service", "services:service"),
    "template": ("message_templates.MessageTemplate", "templates:template"),
    "waitlist": ("bookings.WaitlistEntry", "waitlist:entry"),
}
