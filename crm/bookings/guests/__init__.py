"""A guest's visits where the guest is shown: on their page, beside their conversation, on their timeline."""
