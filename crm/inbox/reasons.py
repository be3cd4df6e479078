"""Why a message did not leave or arrive, in words a salon understands. The raw reason stays beside them for support."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_wa.adapters.error_classes import class_of

_WINDOW = _("The guest last wrote more than 24 hours ago, and WhatsApp takes only templates then.")
# By our own word for it, or by the class of an error of WhatsApp's (channels_wa.adapters.outcome).
WORDS: dict[str, str | Promise] = {
    "window_closed": _WINDOW,
    "needs_template": _WINDOW,
    "opted_out": _("The guest asked not to get messages like this."),
    "no_opt_in": _("The guest never wrote to you and never agreed to offers."),
    "quiet_hours": _("It waits for the end of the quiet hours."),
    "frequency_cap": _("The guest had enough offers for now. It waits for its turn."),
    "blocked": _("The guest is blocked. Unblock them to write to them."),
    "erased": _("The guest's data was erased."),
    "cancelled": _("It was taken back before it left."),
    "booking_changed": _("It was taken back before it left."),
    "cancelled_by_operator": _("It was taken back before it left."),
    "recipient": _("This guest cannot be reached on WhatsApp. Call them, or check the number."),
    "content": _("WhatsApp does not take a message like this. Change it and send it again."),
    "media_uploading": _("Its file is on its way to WhatsApp. It goes in a moment."),
    "media_missing": _("Its file is not here any more. Upload it again."),
    "media_refused": _("Its file was refused. Look at the file to see why."),
    "media_not_taken": _("WhatsApp does not take this file. Try another one."),
    "media": _("The file could not be sent. Try another one."),
    "number_stopped": _("Your WhatsApp number is stopped. See the notice on the home page."),
    "number_disconnected": _("The number it would have left through was disconnected."),
    "number_beyond_plan": _("The plan has fewer numbers than the salon: this one only answers guests who write."),
    "contact_beyond_plan": _("The plan has fewer contacts than the salon: this guest gets no offers."),
    "subscription_past_due": _("A payment of the salon is due. Offers wait until it is there."),
    "subscription_suspended": _("A payment of the salon is missing, so nothing is sent. See Plan and billing."),
    "subscription_paused": _("The subscription of the salon is paused, so nothing is sent. See Plan and billing."),
    "number_slow": _("WhatsApp asked this number to slow down. It goes on by itself."),
    "number_circuit": _("WhatsApp does not answer at the moment. It is tried again by itself."),
    "number_token": _("The access to your WhatsApp number cannot be read. Connect the number again."),
    "rate_limit": _("It leaves as soon as WhatsApp's speed limit allows."),
    "portfolio_limit": _("WhatsApp lets you write first to so many guests a day. It leaves when there is room again."),
    "campaign_paused": _("Campaigns of this number are paused. Answers and reminders still go out."),
    "slow_number": _("WhatsApp asked this number to slow down. It goes on by itself."),
    "slow_hours": _("WhatsApp slowed this number down for some hours."),
    "resent": _("It is being sent once more, because nobody knows whether it arrived."),
    "quota": _("Your plan's messages are used up. It goes with the next period, or at once with a larger plan."),
    "warm_up": _("The number is new and still warming up. It goes in its turn."),
    "template_paused": _("WhatsApp has paused the template. Choose another one."),
    "template_values": _("A value of the template is missing, or WhatsApp does not take it like that."),
    "template_unusable": _("WhatsApp does not take this template any more. Choose another one."),
    "slow_pair": _("Too many messages to this guest in a short time. Wait a little, then try again."),
    "wait_a_day": _("WhatsApp does not bring this guest more messages of the kind today."),
    "transient": _("WhatsApp had a problem and could not take it. Try again."),
    "not_sent": _("WhatsApp could not be reached. Try again."),
    "template_state": _("The template is paused at WhatsApp."),
    "account_stop": _("WhatsApp has stopped your account. See the notice on the home page."),
}
_CODE = re.compile(r"^(\d{1,7})\b")


def words_of(reason: str) -> str:
    """A sentence for a known reason; empty for one that has none."""
    name = reason.partition(":")[0].strip()
    code = _CODE.match(reason)
    if code:
        name = str(class_of(int(code[1])))
    return str(WORDS.get(name, ""))
