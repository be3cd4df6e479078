"""A list of contacts on its way in."""

from django.db import models

from ops import clock
from ops.ids import uuid7

# Of a contact that a list made or changed: which one did (`Contact.attribution`), for its history.
MADE_BY, CHANGED_BY = "import", "import_last"


class ContactImport(models.Model):
    """A file of contacts, how its columns are read, and how far it is. It goes on where a crash left it."""

    class State(models.TextChoices):
        """`checked` has been read as a trial and waits for a person's word."""

        UPLOADED = "uploaded"
        CHECKING = "checking"
        CHECKED = "checked"
        RUNNING = "running"
        DONE = "done"
        CANCELLED = "cancelled"
        FAILED = "failed"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    file_name = models.CharField(max_length=200)
    # Where the file lies (ops.storage), sealed with the salon's key.
    storage_key = models.CharField(max_length=200)
    bytes = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=4)  # csv or xlsx
    # The key of the file, sealed with the salon's; gone with the file.
    sealed_key = models.BinaryField(default=b"", editable=False)
    # How it is read, see crm.contacts.importing.options: {"encoding", "delimiter", "columns": {"0": "name", …}, …}
    options = models.JSONField(default=dict)
    # What the trial found: {"created": n, …, "examples": {…}}; empty until there was one.
    trial = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    # Rows of the file that were settled: what comes next when it goes on.
    row = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(null=True, blank=True)
    created = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    # Rows of somebody who stood in the file before, and rows that were taken without a part of them.
    repeated = models.BigIntegerField(default=0)
    partly = models.BigIntegerField(default=0)
    # Who works on it owns it until then; the fence tells them from whoever owned it before.
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, default="")
    by = models.ForeignKey(
        "members.Member", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "contact_import"

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """A row that was refused, or a part of it: its number, why, and what stood there."""

    contact_import = models.ForeignKey(
        ContactImport, on_delete=models.CASCADE, related_name="refusals", db_index=False, db_column="import_id"
    )
    row = models.BigIntegerField()
    field = models.CharField(max_length=60, blank=True, default="")
    reason = models.CharField(max_length=300)
    cells = models.JSONField(default=list)
    # Only what `field` names was refused; the rest of the row was taken.
    is_partly = models.BooleanField(default=False)

    class Meta:
        db_table = "contact_import_row"
        constraints = [models.UniqueConstraint(fields=["contact_import", "row"], name="import_row_once")]

    def __str__(self) -> str:
        return f"{self.row}: {self.reason}"
