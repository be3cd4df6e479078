"""Timers of what makes flows begin; flows.jobs makes them known."""

from flows.runtime import waiting_wishes
from flows.triggers import missed_reply, schedule
from ops.timers.registry import on_timer

on_timer(schedule.SCHEDULE, acts_for="salon")(schedule.come)
on_timer(schedule.BATCH_OF, acts_for="salon")(schedule.go_on)
on_timer(missed_reply.MISSED, acts_for="salon")(missed_reply.look)
on_timer(waiting_wishes.START, acts_for="salon")(waiting_wishes.try_again)
