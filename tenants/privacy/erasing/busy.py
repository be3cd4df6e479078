"""Why an erasure waits."""


class Busy(Exception):
    """A message to the guest is on its way this very moment; in some seconds it is known what became of it."""
