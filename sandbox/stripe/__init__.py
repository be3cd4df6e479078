"""Stripe as the product sees it: its REST API with a memory, hosted pages, signed webhooks, on the sandbox's clock.

Shapes follow API version 2026-08-26 (periods on subscription items, `parent` on invoices and lines, meters for usage).
"""
