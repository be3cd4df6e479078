"""Pages of deals, tasks and pipelines."""
