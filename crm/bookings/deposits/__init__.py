"""Deposits for visits, and the fee of who did not come: asked for by payment links."""
