"""Money on these pages: by the smallest coin, and by millionths where something costs less than one."""

from decimal import ROUND_HALF_UP, Decimal

from django.utils import formats

from portal.frame.money import digits_of, shown

MICRO = 1_000_000


def whole(minor: int, currency: str) -> str:
    """R$ 199."""
    return f"−{shown(-minor, currency)}" if minor < 0 else shown(minor, currency)


def coins(micro: int, currency: str) -> Decimal:
    """Millionths in the smallest coin, not rounded."""
    return Decimal(micro).scaleb(digits_of(currency)) / MICRO


def fine(micro: int, currency: str) -> str:
    """An amount of millionths: in coins, where it is at least one; 0.0068 in as many places as it needs."""
    minor = coins(micro, currency)
    if not micro or abs(minor) >= 1:
        return whole(int(minor.quantize(Decimal(1), ROUND_HALF_UP)), currency)
    sign = shown(0, currency).split(" ")[0]
    return f"{sign} {formats.number_format((Decimal(micro) / MICRO).normalize(), None, use_l10n=True)}"
