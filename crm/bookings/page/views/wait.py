"""`/book/wait/`: nothing suits, so the visitor waits for a place; their own message by WhatsApp says so."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.bookings.page import holding, limits, sending, showing, waiting
from crm.bookings.page.choice import read
from crm.bookings.page.forms import WaitForm
from crm.bookings.page.frame import guest_page
from crm.bookings.page.views.book import UNREADABLE, times
from crm.bookings.waitlist.actions import Wrong


@require_http_methods(["GET", "HEAD", "POST"])
@guest_page(private=False)
def wait(request: Any) -> HttpResponse:
    """The message that puts them on the list. It is kept nowhere else: a reload makes another one."""
    choice = read(request.POST if request.method == "POST" else request.GET).but(at=None)
    if request.method != "POST" or not choice.services or not holding.is_possible():
        return HttpResponseRedirect(f"{reverse('book:book')}?{choice.query}", status=303)
    limits.count(limits.looks(limits.address_of(request)))
    form = WaitForm(request.POST)
    if not form.is_valid():
        return times(request, choice, status=UNREADABLE, wait=form)
    values = form.cleaned_data
    try:
        wanted = waiting.wanted_of(choice, values["first"], values["last"], values["part"])
    except Wrong as wrong:
        field = {"from_date": "first", "to_date": "last"}.get(wrong.field)
        form.add_error(field, _words(wrong))
        return times(request, choice, status=UNREADABLE, wait=form)
    text = waiting.keep(wanted, request.look.language)
    context = {
        "look": request.look,
        "choice": choice,
        "lines": showing.lines(choice, None),
        "total": showing.total(choice, None),
        "text": text,
        "chat": sending.chat_url(text),
        "form": form,
        "back": choice.query,
    }
    return render(request, "crm/bookings/page/wait.html", context, status=200 if text else 503)


def _words(wrong: Wrong) -> str:
    words = {
        "order": _("The last day must not be before the first."),
        "past": _("This day is over."),
        "too_far": _("Choose a day within a year."),
    }
    return words.get(wrong.code, _("This cannot be waited for; choose again, please."))
