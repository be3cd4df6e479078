"""What Meta would tell the product: signed, batched, retried."""
