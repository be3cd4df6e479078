"""Files of lists that lie in the storage still: who stands in them."""

from crm.contacts.importing.files import rows_of
from crm.contacts.importing.limits import Unreadable
from crm.contacts.importing.options import Options
from crm.contacts.models import ContactImport
from tenants.privacy.whom import Person


def files_with(person: Person) -> list[ContactImport]:
    """Lists that were not taken yet and hold one of the person's phones or ids, or cannot be read any more."""
    digits = {value.removeprefix("+") for value in person.values}
    waiting = ContactImport.objects.exclude(sealed_key=b"").exclude(state__in=["done", "cancelled", "failed"])
    whole = digits | {str(public_id) for public_id in person.public_ids}
    return [one for one in waiting if _holds(one, digits, whole)]


def _holds(one: ContactImport, values: set[str], whole: set[str]) -> bool:
    try:
        for row in rows_of(one, Options.read(one.options)):
            for cell in row.cells:
                own = "".join(sign for sign in cell if sign.isdigit())
                # A phone in a list often has no country in front.
                if cell.strip() in whole or (
                    len(own) >= 8 and any(value.endswith(own) or own.endswith(value) for value in values)
                ):
                    return True
    except Unreadable:
        # Nobody can say that they do not stand in it.
        return True
    return False
