"""Three people everyone knows: Alice owns salon Aurora, Bob and Vera work there, Charlie owns another salon."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.test import Client

from channels_wa.numbers.models import Number
from ops import clock
from ops.salon import inside
from tenants.access.membership import member_of
from tenants.access.middleware import SALON_IN_SESSION
from tenants.access.roles import Role
from tenants.access.stepup import note_proof
from tenants.accounts.models import User
from tenants.members.models import Member
from tenants.salons.actions import NewSalon, add_member, open_salon
from tenants.salons.hosts import salon_host
from tenants.salons.models import Salon


@dataclass(frozen=True)
class Salons:
    """The two salons of the tests, each with a number."""

    aurora: Salon
    other: Salon


def open_two_salons() -> Salons:
    """Open both, with their people and numbers."""
    alice, bob, vera, charlie = (
        User.objects.create_user(f"{name}@example.com", "a long password", name=name.title())
        for name in ("alice", "bob", "vera", "charlie")
    )
    aurora = open_salon(NewSalon("Aurora", "aurora", plan="unlimited"), owner=alice)
    other = open_salon(NewSalon("Other", "other", plan="unlimited"), owner=charlie)
    add_member(aurora, bob, role=Role.RECEPTIONIST)
    add_member(aurora, vera, role=Role.VIEWER)
    for salon, digits in ((aurora, "1"), (other, "2")):
        Number.objects.create(
            salon_id=salon.pk,
            phone_number_id=digits * 15,
            waba_id=digits * 16,
            portfolio=digits * 16,
            display_phone=f"+55 11 {digits * 4}-{digits * 4}",
        )
    return Salons(aurora, other)


class Browser(Client):
    """A logged-in person's browser on their salon's host."""

    def __init__(self, salon: Salon, email: str) -> None:
        super().__init__(headers={"host": salon_host(salon.slug)})
        self.salon = salon
        self.user = User.objects.get(email=email)
        self.force_login(self.user, backend=settings.AUTHENTICATION_BACKENDS[0])
        session = self.session
        session[SALON_IN_SESSION] = salon.pk
        # As after a log-in of this moment.
        note_proof(session, clock.real())
        session.save()

    @property
    def member(self) -> Member:
        """The person as a member of the salon."""
        with inside(self.salon.pk):
            found = member_of(self.salon.pk, self.user.pk)
        assert found is not None
        return found

    def get_page(self, path: str, **data: Any) -> str:
        """The text of a page that must be there."""
        answer = self.get(path, data)
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()
