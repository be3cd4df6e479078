"""Bookings as a guest is told of them and asked for them in a talk: what there is, in words and as JSON, and what they
may do. Who talks with them (a flow, somebody who tries one) stands above; nothing here knows of it."""
