"""The inbox: who sees what, the list, who answers, live."""
