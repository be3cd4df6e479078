"""Drawing flows: the list, the builder page, drafts, publishing and versions."""
