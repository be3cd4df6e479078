"""When and how guests are reminded of their visits."""

from crm.bookings.reminders.planning import REMIND, REMINDED, due_at, name_of, plan, plan_many, take_back
from crm.bookings.reminders.sending import fall_due

__all__ = ["REMIND", "REMINDED", "due_at", "fall_due", "name_of", "plan", "plan_many", "take_back"]
