"""The chain over the audit log: rows are sealed each minute, and what was changed afterwards is found ([ADR 33])."""
