"""What stops a start, said to a person."""


class Trouble(Exception):
    """Something on this machine stops the start; the text is a sentence that ends with the remedy."""
