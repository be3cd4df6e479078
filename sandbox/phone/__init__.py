"""The guest's phone: a page to write as a guest and see what arrives."""
