"""Phones as people write them (CR-001)."""

import pytest

from crm.contacts.phones import read_phone


@pytest.mark.parametrize(
    ("text", "country", "phone"),
    [
        ("(11) 98888-1234", "BR", "+5511988881234"),
        ("011 98888 1234", "BR", "+5511988881234"),
        ("5511988881234", "BR", "+5511988881234"),
        ("+351 912 345 678", "BR", "+351912345678"),
        ("00351912345678", "BR", "+351912345678"),
        ("912 345 678", "PT", "+351912345678"),
        ("(555) 123-4567", "US", "+15551234567"),
        ("98888-1234", "BR", None),
        ("12", "BR", None),
        ("call me", "BR", None),
        ("11 98888-1234 x2", "BR", None),
        ("+0 123 456 789", "BR", None),
        ("١١٩٨٨٨٨١٢٣٤", "BR", None),
        ("11988881234", "XX", None),
    ],
)
def test_a_phone_is_read_by_the_salons_country(text: str, country: str, phone: str | None) -> None:
    assert read_phone(text, country) == phone
