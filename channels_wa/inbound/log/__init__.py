"""The raw webhook log as operators read it: found, masked, replayed."""
