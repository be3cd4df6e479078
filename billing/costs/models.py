"""Prices as operators add them, and what they came to. All on the public side."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from ops import clock

# In place of a currency: it was used and no table says what it costs, which is not the same as free.
NO_PRICE: Final = ""


class PriceTable(models.Model):
    """Prices from a day on, newer than those of `data/`; of one kind and day the table here wins."""

    class Kind(models.TextChoices):
        """What is priced: one delivered message, a million tokens, one unit of another currency."""

        WHATSAPP = "whatsapp", _("WhatsApp messages")
        AI = "ai", _("AI tokens")
        EXCHANGE = "exchange", _("Exchange rates")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    valid_from = models.DateField()
    currency = models.CharField(max_length=3, default="USD")
    # whatsapp: {"BR": {"marketing": "0.0625", …}, "*": {…}}; ai: {"model": {"input": "0.15", "output": "0.60"}};
    # exchange, for one unit of `currency`: {"BRL": "5.2359"}.
    prices = models.JSONField(default=dict)
    source = models.CharField(max_length=300)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "price_table"
        constraints = [models.UniqueConstraint(fields=["kind", "valid_from", "currency"], name="price_table_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.valid_from} {self.currency}"


class CostTotal(models.Model):
    """What one kind of thing came to on one day. Written by adding rows, so that nobody waits for another's; the rows
    of one key are squashed into one (billing.costs.totals)."""

    class Source(models.TextChoices):
        """Whose bill it is on."""

        WHATSAPP = "whatsapp", _("WhatsApp")
        AI = "ai", _("AI")

    salon_id = models.BigIntegerField()
    # By the salon's clock.
    day = models.DateField()
    source = models.CharField(max_length=10, choices=Source.choices)
    # whatsapp: marketing, utility, …; ai: input, output.
    category = models.CharField(max_length=40)
    # The guest's country (ISO 3166), or the model.
    place = models.CharField(max_length=80)
    # NO_PRICE where nobody knows what it costs.
    currency = models.CharField(max_length=3)
    quantity = models.BigIntegerField()
    # Millionths of the currency: a message costs less than a cent.
    amount_micro = models.BigIntegerField()

    class Meta:
        db_table = "cost_total"
        indexes = [models.Index(fields=["salon_id", "day"], name="cost_total_days")]
