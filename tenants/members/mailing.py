"""The e-mails to people who are invited, or to whom a salon is offered. Called inside the salon, by timers."""

from smtplib import SMTPException

from django.core.mail import send_mail
from django.template.loader import render_to_string

from ops import clock
from portal.frame.rendering import as_on_a_page
from tenants.members import inviting
from tenants.members.people import Unknown
from tenants.salons.hosts import public_url, salon_url
from tenants.salons.models import Invitation, OwnershipOffer


def send_invitation(invitation_id: int, sends: int) -> None:
    """Write to the invited address. Raises what the mail server raises: the timer comes again."""
    token = inviting.new_token(invitation_id, sends)
    found = Invitation.objects.select_related("salon", "invited_by").filter(pk=invitation_id).first()
    if token is None or found is None:
        return
    salon = found.salon
    with as_on_a_page(language=salon.language, time_zone=salon.time_zone):
        try:
            role = inviting.role_of(found).label
        except Unknown:
            return
        context = {
            "salon": salon,
            "role": role,
            "by": str(found.invited_by) if found.invited_by else salon.name,
            "link": public_url(f"/accounts/invitation/{token}/"),
            "until": found.expires_at,
        }
        _send("invitation", context, found.email, Invitation, found.pk)
    Invitation.objects.filter(pk=found.pk, sends=sends).update(sent_at=clock.now(), failed_at=None)


def send_offer(offer_id: int) -> None:
    """Tell the member to whom the salon is offered."""
    found = OwnershipOffer.objects.select_related("salon", "from_user", "to_user").filter(pk=offer_id).first()
    if found is None or found.ended_at is not None:
        return
    salon = found.salon
    with as_on_a_page(language=found.to_user.language or salon.language, time_zone=salon.time_zone):
        link = salon_url(salon.slug, "/you/ownership/")
        context = {"salon": salon, "by": str(found.from_user), "link": link, "until": found.expires_at}
        _send("ownership", context, found.to_user.email)


def _send(name: str, context: dict[str, object], to: str, model: type[Invitation] | None = None, pk: int = 0) -> None:
    subject = " ".join(render_to_string(f"members/mail/{name}_subject.txt", context).split())
    try:
        send_mail(subject, render_to_string(f"members/mail/{name}.txt", context), None, [to])
    except (SMTPException, OSError):
        if model is not None:
            model.objects.filter(pk=pk).update(failed_at=clock.now())
        raise
