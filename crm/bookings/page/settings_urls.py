"""Address of the booking page's settings."""

from django.urls import path

from crm.bookings.page.views import settings

app_name = "booking_page"
urlpatterns = [path("", settings.page, name="page")]
