"""The pages below /billing/: whoever may see bills looks, the owner acts."""
