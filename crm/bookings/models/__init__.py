"""Services, who does them and when, and the bookings of guests."""

from crm.bookings.models.booking import Allocation, Booking, BookingItem, BookingMove
from crm.bookings.models.package import Package, PackageSale, PackageUse
from crm.bookings.models.reminder import Reminder
from crm.bookings.models.resource import (
    PROFESSIONAL,
    BlockedTime,
    BookingPolicy,
    DatedHours,
    Professional,
    Resource,
    no_hours,
)
from crm.bookings.models.service import ProfessionalService, Service, ServiceCategory
from crm.bookings.models.waiting import WaitlistEntry, WaitlistOffer

__all__ = [
    "PROFESSIONAL",
    "Allocation",
    "BlockedTime",
    "Booking",
    "BookingItem",
    "BookingMove",
    "BookingPolicy",
    "DatedHours",
    "Package",
    "PackageSale",
    "PackageUse",
    "Professional",
    "ProfessionalService",
    "Reminder",
    "Resource",
    "Service",
    "ServiceCategory",
    "WaitlistEntry",
    "WaitlistOffer",
    "no_hours",
]
