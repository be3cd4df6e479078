"""What countries are called, for the places of Meta's prices; a model is called as it is."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: Final[dict[str, str | Promise]] = {
    "AO": _("Angola"), "AR": _("Argentina"), "AT": _("Austria"), "AU": _("Australia"), "BE": _("Belgium"),
    "BO": _("Bolivia"), "BR": _("Brazil"), "CA": _("Canada"), "CH": _("Switzerland"), "CL": _("Chile"),
    "CO": _("Colombia"), "CR": _("Costa Rica"), "DE": _("Germany"), "DO": _("Dominican Republic"), "EC": _("Ecuador"),
    "ES": _("Spain"), "FR": _("France"), "GB": _("United Kingdom"), "GT": _("Guatemala"), "HN": _("Honduras"),
    "HT": _("Haiti"), "IE": _("Ireland"), "IN": _("India"), "IT": _("Italy"), "LU": _("Luxembourg"), "MX": _("Mexico"),
    "MZ": _("Mozambique"), "NI": _("Nicaragua"), "NL": _("Netherlands"), "PA": _("Panama"), "PE": _("Peru"),
    "PR": _("Puerto Rico"), "PT": _("Portugal"), "PY": _("Paraguay"), "SV": _("El Salvador"), "US": _("United States"),
    "UY": _("Uruguay"), "VE": _("Venezuela"), "ZA": _("South Africa"),
}  # fmt: skip


def name_of(place: str) -> str:
    """Its name, or what it is called by."""
    return str(NAMES.get(place, place))
