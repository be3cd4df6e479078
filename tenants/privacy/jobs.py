"""Timers of privacy."""

from ops.timers.registry import on_timer
from tenants.privacy import retention, working
from tenants.privacy.erasing import checking
from tenants.privacy.requests import WORK

on_timer(WORK, acts_for="salon")(working.tick)
on_timer(checking.CHECK, acts_for="salon", waits=True)(checking.on_check)
on_timer(retention.KEEP, acts_for="salon")(retention.keep_rules)
