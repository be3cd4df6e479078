"""Money as it is kept (whole units of the smallest coin), as people write it, and as they read it."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from django.utils import formats

# Those whose smallest coin is not a hundredth (ISO 4217).
_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
DIGITS: Final = {**dict.fromkeys(_WHOLE.split(), 0), **dict.fromkeys(_THOUSANDTHS.split(), 3), "CLF": 4}
SIGNS: Final = {"BRL": "R$", "USD": "US$", "EUR": "€", "GBP": "£", "MXN": "MX$", "ARS": "AR$", "CLP": "CLP$"}
# To choose from; the salon's own and what a deal has are added.
OFFERED: Final = ("BRL", "USD", "EUR", "GBP", "ARS", "CLP", "COP", "MXN", "PEN", "PYG", "UYU")
MOST: Final = 10**13
# What money there is (ISO 4217, list one), without test codes and metals.
_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF CLP
CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS
INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU
MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK
SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF
XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CODES: Final = frozenset(_CODES.split())


class NoMoney(ValueError):
    """This is no amount of money."""


def digits_of(currency: str) -> int:
    """How many places stand after the comma."""
    return DIGITS.get(currency, 2)


def is_currency(code: str) -> bool:
    """Whether it is a code of ISO 4217."""
    return code in CODES


def shown(minor: int, currency: str) -> str:
    """R$ 1.234,50; whole amounts without their zeros."""
    digits = digits_of(currency)
    amount = Decimal(minor).scaleb(-digits)
    places = 0 if amount == amount.to_integral_value() else digits
    return f"{SIGNS.get(currency, currency)} {formats.number_format(amount, places, force_grouping=True)}"


def written(minor: int, currency: str) -> str:
    """As it stands in a field: 1234.50 with the comma of the language, without groups."""
    digits = digits_of(currency)
    return str(formats.number_format(Decimal(minor).scaleb(-digits), digits, use_l10n=True, force_grouping=False))


def read(text: str, currency: str) -> int:
    """What somebody typed, in whichever way: 1.234,50 or 1,234.50 or R$ 1234. Raises NoMoney."""
    kept = re.sub(r"[^\d.,-]", "", text)
    if not kept:
        if text.strip():
            raise NoMoney(text)
        return 0
    place = max(kept.rfind(","), kept.rfind("."))
    # A last mark before one or two digits parts the coins; before three it parts thousands.
    is_decimal = place >= 0 and len(kept) - place - 1 != 3 and kept.count(kept[place]) == 1
    whole = re.sub(r"[.,]", "", kept[:place] if is_decimal else kept)
    return minor_of(f"{whole}.{kept[place + 1 :]}" if is_decimal else whole, currency)


def minor_of(amount: object, currency: str) -> int:
    """A number of whole units in the smallest coin. Raises NoMoney."""
    try:
        value = Decimal(str(amount)).scaleb(digits_of(currency)).quantize(Decimal(1), ROUND_HALF_UP)
    except InvalidOperation as error:
        raise NoMoney(str(amount)) from error
    if not 0 <= value <= MOST:
        raise NoMoney(str(amount))
    return int(value)
