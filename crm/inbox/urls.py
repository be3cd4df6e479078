"""Addresses of the inbox."""

from django.urls import path

from crm.inbox import bulk, composer, drafting, finding, handling, noting, panel, replies, scheduled, switches, views

app_name = "inbox"
urlpatterns = [
    path("", views.inbox, name="list"),
    path("away/", handling.away, name="away"),
    path("counts/", bulk.counted, name="counts"),
    path("filters/", bulk.filters, name="filters"),
    path("bulk/", bulk.act, name="bulk"),
    path("bulk/choices/", bulk.choices, name="bulk_choices"),
    path("<uuid:public_id>/", views.conversation, name="conversation"),
    path("<uuid:public_id>/read/", views.read, name="read"),
    path("<uuid:public_id>/send/", composer.send, name="send"),
    path("<uuid:public_id>/draft/", drafting.draft, name="draft"),
    path("<uuid:public_id>/replies/", replies.offered, name="replies"),
    path("<uuid:public_id>/find/", finding.find, name="find"),
    path("<uuid:public_id>/place/", finding.place, name="place"),
    path("<uuid:public_id>/typing/", composer.typing, name="typing"),
    path("colleagues/", noting.colleagues, name="colleagues"),
    path("<uuid:public_id>/note/", noting.note, name="note"),
    path("<uuid:public_id>/panel/", panel.panel, name="panel"),
    path("<uuid:public_id>/handling/", handling.choices, name="handling"),
    path("<uuid:public_id>/take/", handling.take, name="take"),
    path("<uuid:public_id>/give/", handling.give, name="give"),
    path("<uuid:public_id>/snooze/", handling.snooze, name="snooze"),
    path("<uuid:public_id>/wake/", handling.wake, name="wake"),
    path("<uuid:public_id>/bot/", switches.bot, name="bot"),
    path("<uuid:public_id>/close/", switches.close, name="close"),
    path("<uuid:public_id>/reopen/", switches.reopen, name="reopen"),
    path("messages/<uuid:public_id>/quote/", composer.quote, name="quote"),
    path("messages/<uuid:public_id>/react/", composer.react, name="react"),
    path("messages/<uuid:public_id>/later/", scheduled.change, name="later"),
    path("messages/<uuid:public_id>/cancel/", scheduled.cancel, name="cancel"),
    path("messages/<uuid:public_id>/retry/", switches.retry, name="retry"),
]
