"""Contacts as files: CSV and XLSX, page by page, so that a hundred thousand need no more memory than one page."""
