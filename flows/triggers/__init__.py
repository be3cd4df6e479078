"""What makes flows begin beside a guest's message: schedules, silence, events, people; and which goes first."""
