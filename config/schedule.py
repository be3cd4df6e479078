"""Every periodic job, one line each: (task, every so many seconds, queue). Kept in django-celery-beat's tables, where
an operator sees and pauses them.
"""

SCHEDULE = {
    "timers": ("ops.timers.tasks.tick", 1, "background"),
    "events": ("ops.eventqueue.tasks.handle", 10, "background"),
    "inbox": ("channels_wa.inbound.tasks.drain", 10, "replies"),
    "replies": ("channels_wa.outbox.tasks.dispatch_replies", 10, "replies"),
    "campaigns": ("channels_wa.outbox.tasks.dispatch_campaigns", 10, "background"),
    "settling": ("channels_wa.outbox.tasks.settle", 10, "background"),
    "templates": ("channels_wa.message_templates.tasks.ask_for_syncs", 6 * 3600, "background"),
    "delivery partitions": ("channels_wa.gate.tasks.keep_partitions", 6 * 3600, "background"),
    "usage": ("billing.quotas.tasks.watch", 10, "background"),
    "usage gauges": ("billing.quotas.tasks.ask_for_gauges", 6 * 3600, "background"),
    "usage partitions": ("billing.metering.tasks.keep_partitions", 6 * 3600, "background"),
    "usage comparisons": ("billing.metering.tasks.ask_for_reconciling", 24 * 3600, "background"),
    "privacy rules": ("tenants.privacy.tasks.ask_for_retention", 24 * 3600, "background"),
    "old steps": ("flows.tasks.ask_for_pruning", 24 * 3600, "background"),
    "closed salons": ("tenants.salons.tasks.remove_closed", 3600, "background"),
    "late ledger entries": ("tenants.accounts.tasks.write_ledger", 600, "background"),
    "old rows": ("ops.retention.prune", 3600, "background"),
    "watchdog": ("channels_wa.watchdog.tasks.keep_watch", 300, "background"),
    "costs": ("billing.costs.tasks.squash", 3600, "background"),
    "audit seals": ("tenants.audit.sealing.tasks.seal", 60, "background"),
    "audit checks": ("tenants.audit.sealing.tasks.check", 600, "background"),
    "stripe events": ("billing.gateways.stripe.tasks.drain", 10, "background"),
    "stripe catch-up": ("billing.gateways.stripe.tasks.catch_up", 6 * 3600, "background"),
    "old stripe copies": ("billing.gateways.stripe.tasks.forget_old", 24 * 3600, "background"),
    "accounting": ("ops.accounting.check", 60, "background"),
}
