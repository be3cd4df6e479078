"""Short messages about a visit that the salon starts: an offer of a place, a link to pay.

Each is words for an open window and a template for a closed one, in the guest's language, with an answer by button.
"""
