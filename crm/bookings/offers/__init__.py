"""The portal pages of what can be booked and when: services, professionals, chairs and rooms, hours and rules."""
