"""The pages `/settings/inbox/`: who sees what, and the teams."""
