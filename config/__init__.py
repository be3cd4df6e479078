"""How the parts are put together; no logic."""
