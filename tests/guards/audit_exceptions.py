"""What the audit log need not say, and why."""

# Verbs that write rows.
NOT_NOTED = {
    "billing.plans.actions.revise": "operators alone; their page notes it in their own log",
    "channels_wa.media.actions.expire": "by the retention rules, whose runs are shown, or an erasure, which is noted",
    "channels_wa.media.actions.forget": "part of erasing a contact, which is noted",
    "channels_wa.media.actions.hold": "keeps a file while it is sent",
    "channels_wa.media.actions.move_to_contact": "part of a merge, which is noted",
    "channels_wa.media.actions.throw_away": "a file that was chosen and never sent",
    "channels_wa.numbers.actions.connected": "the end of what number.added began",
    "channels_wa.numbers.actions.keep_pin": "the page notes number.pin_set",
    "crm.bookings.actions.offering.set_offers": "part of professional.created and changed",
    "crm.bookings.actions.writing.note": "the visit's own history; its verbs note theirs",
    "crm.contacts.actions.note_tags": "part of contact.changed",
    "crm.contacts.importing.actions.change_mapping": "a trial; what is imported is noted",
    "crm.contacts.importing.actions.check": "a trial; what is imported is noted",
    "crm.deals.actions.tasks.remind": "a clock rings for a task",
    "crm.inbox.actions.mark_read": "somebody has read",
    "flows.actions.drafts.clear": "part of flow.published and draft_discarded",
    "flows.actions.drafts.note_revision": "part of flow.draft_changed",
    "flows.gallery.actions.count_install": "a counter of the gallery",
    "tenants.operators.actions.record": "is a log itself",
}
# Pages that take POST.
VIEWS_NOT_NOTED = {
    "api.v1.conversations.partial_update": "each of its changes is a verb of its own, named in a table",
    "channels_wa.media.views.discard": "a file that was chosen and never sent",
    "channels_wa.message_templates.editor.preview": "writes nothing",
    "channels_wa.message_templates.views.sync": "asks Meta how things stand",
    "channels_wa.numbers.pages.connect.dialog": "leads to Meta; what comes of it is noted",
    "channels_wa.numbers.pages.connect.step": "asks Meta again",
    "crm.contacts.importing.views.check": "a trial; what is imported is noted",
    "crm.inbox.composer.typing": "writes nothing",
    "crm.inbox.drafting.draft": "what one has not sent yet",
    "crm.inbox.views.read": "somebody has read",
    "flows.forms.views.attempt": "writes nothing",
    "flows.forms.views.form": "writes nothing",
    "flows.forms.views.save": "writes nothing; the draft is saved by the page",
    "flows.simulator.script_views.run_tests": "tries, and changes nothing",
    "flows.simulator.views.act": "tries, and changes nothing",
    "flows.simulator.views.restart": "tries, and changes nothing",
    "tenants.alerts.views.tell_again": "the same once more",
    "tenants.alerts.views.test_webhook": "a test",
}
# Beginnings of names that are put together.
WORDLESS = {"api.flow.", "conversation.bot_"}
