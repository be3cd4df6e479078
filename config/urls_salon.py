"""Addresses of a salon's host."""

from django.urls import include, path

from portal.frame.language import choose_language
from tenants.accounts import views as accounts
from tenants.operators import views as operators

urlpatterns = [
    path("", include("portal.pages.urls")),
    path("enter/", accounts.enter_with_code, name="enter"),
    path("leave/", accounts.leave, name="leave"),
    path("support/leave/", operators.leave, name="leave_support"),
    path("language/", choose_language, name="set_language"),
    path("inbox/", include("crm.inbox.urls")),
    path("media/", include("channels_wa.media.urls")),
    path("deals/", include("crm.deals.urls")),
    path("calendar/", include("crm.bookings.calendar.urls")),
    path("settings/pipelines/", include("crm.deals.urls_settings")),
    path("", include("crm.contacts.urls")),
    path("", include("crm.bookings.guests.urls")),
    path("", include("crm.consent.urls")),
    path("settings/privacy/", include("tenants.privacy.urls")),
    path("flows/", include("flows.urls")),
    path("templates/", include("channels_wa.message_templates.urls")),
    path("settings/numbers/", include("channels_wa.numbers.urls")),
    path("settings/numbers/", include("channels_wa.watchdog.urls")),
    path("sharing/", include("tenants.sharing.urls")),
    path("settings/people/", include("tenants.members.urls")),
    path("settings/roles/", include("tenants.members.urls_roles")),
    path("you/", include("tenants.members.urls_own")),
    path("settings/alerts/", include("tenants.alerts.urls")),
    path("settings/audit/", include("tenants.audit.urls")),
    path("settings/keys/", include("tenants.access.keys_page.urls")),
    path("settings/inbox/", include("crm.inbox.settings.urls")),
    path("settings/replies/", include("crm.inbox.settings.replies_urls")),
    path("settings/sending/", include("crm.sending.urls")),
    path("services/", include("crm.bookings.offers.urls_services")),
    path("professionals/", include("crm.bookings.offers.urls_professionals")),
    path("settings/bookings/", include("crm.bookings.offers.urls_settings")),
    path("settings/resources/", include("crm.bookings.offers.urls_resources")),
    path("settings/reminders/", include("crm.bookings.reminders.urls")),
    path("settings/booking-page/", include("crm.bookings.page.settings_urls")),
    path("book/", include("crm.bookings.page.urls")),
    path("calendar/feeds/", include("crm.bookings.feeds.urls")),
    path("packages/", include("crm.bookings.packages.urls")),
    path("billing/", include("billing.pages.urls")),
    path("settings/deposits/", include("crm.bookings.deposits.urls")),
    path("", include("crm.bookings.waitlist.urls")),
    path("api/", include("api.urls")),
]
