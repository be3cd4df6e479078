"""Facts, written in the transaction of the change; see actions.emit."""
