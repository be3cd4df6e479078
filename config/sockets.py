"""Every WebSocket address; a consumer names its permission (tenants.access.sockets)."""

from typing import Any

from django.urls import path

from crm.bookings.calendar.consumers import CalendarConsumer
from crm.deals.consumers import DealsConsumer
from crm.inbox.consumers import InboxConsumer
from flows.console.consumers import ConsoleConsumer
from tenants.alerts.consumers import AlertsConsumer

socket_urls: list[Any] = [
    path("ws/inbox/", InboxConsumer.as_asgi()),
    path("ws/calendar/", CalendarConsumer.as_asgi()),
    path("ws/deals/", DealsConsumer.as_asgi()),
    path("ws/alerts/", AlertsConsumer.as_asgi()),
    path("ws/flows/<uuid:public_id>/console/", ConsoleConsumer.as_asgi()),
]
