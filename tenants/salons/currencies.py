"""In which currency a new salon counts: nobody says it when they sign up, but their clock tells where they are."""

from typing import Final

BRL, EUR, USD = "BRL", "EUR", "USD"
# Brazil's time zones (IANA, zone1970.tab).
_BRAZIL: Final = frozenset(
    f"America/{place}"
    for place in (
        "Araguaina", "Bahia", "Belem", "Boa_Vista", "Campo_Grande", "Cuiaba", "Eirunepe", "Fortaleza", "Maceio",
        "Manaus", "Noronha", "Porto_Acre", "Porto_Velho", "Recife", "Rio_Branco", "Santarem", "Sao_Paulo",
    )
)  # fmt: skip
_EUROPE: Final = ("Europe/", "Atlantic/Azores", "Atlantic/Canary", "Atlantic/Madeira", "Africa/Ceuta")


def currency_of_zone(zone: str) -> str:
    """One of the three in which the platform sells."""
    if zone in _BRAZIL or zone.startswith("Brazil/"):
        return BRL
    return EUR if zone.startswith(_EUROPE) else USD
