"""The pages of what can be booked and when."""
