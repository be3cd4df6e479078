"""Lists of contacts from CSV and XLSX files: taken in, tried, and written batch by batch.

taking (the upload, sealed) → encoding, csv_rows, xlsx_rows (its rows) → columns, options (what each column is) → people
(a row becomes a person, or a refusal) → planning (what would change) → writing → running (the worker that survives).
"""
