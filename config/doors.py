"""The visible list of what is open on purpose: every other door names the permission that it needs, or nothing starts.

tenants.access.doors walks all of them.
"""

# Views that ask for no permission, and why.
OPEN_ON_PURPOSE = {
    "tenants.accounts.views.front": "leads to the login or to one's salons",
    "tenants.accounts.views.salons": "a person's own list; log-in required",
    "tenants.accounts.views.enter": "asks the membership itself; log-in required",
    "tenants.accounts.views.prove": "asks the membership itself; log-in required",
    "tenants.accounts.account.page": "a person's own account; log-in required",
    "tenants.accounts.account.profile": "a person's own account; log-in required",
    "tenants.accounts.account.session_list": "a person's own sessions; log-in required",
    "tenants.accounts.account.end_session": "a person's own sessions; log-in required",
    "tenants.accounts.account.end_others": "a person's own sessions; log-in required",
    "tenants.accounts.account.delete": "a person's own account; log-in and a fresh proof required",
    "tenants.accounts.account.send_again": "for who has no account yet; the answer is the same for every address",
    "tenants.accounts.openings.progress": "a person's own opening; log-in required",
    "tenants.accounts.openings.address": "whether an address is free: every salon's host tells",
    "tenants.accounts.views.enter_with_code": "the code is the right",
    "tenants.accounts.views.leave": "ends the caller's own session",
    "tenants.operators.views.leave": "ends the caller's own visit",
    "tenants.accounts.views.demo_mail": "the demo's mail; 404 anywhere else",
    "tenants.members.views.own.salons": "a member's own salons (members_only)",
    "tenants.members.views.own.leave": "a member's own place (members_only)",
    "tenants.members.views.own.ownership_offered": "for the member to whom the salon was offered (members_only)",
    "tenants.members.views.own.decline": "the same",
    "tenants.members.views.joining.open_link": "the link that was mailed to an invited address is the right",
    "tenants.members.views.joining.invitation": "the same, kept in the session",
    "tenants.members.views.joining.somebody_else": "ends the caller's own session and keeps the invitation",
    "django.views.generic.base.RedirectView": "/signup/ leads to the form",
    "portal.frame.language.choose_language": "one's own language",
    "channels_wa.numbers.pages.connect.come_back": "Meta sends people here; the state, which opens once, is the right",
    "crm.bookings.page.views.book.book": "the booking page: for guests, who have no login",
    "crm.bookings.page.views.wait.wait": "the booking page: for guests, who have no login",
    "crm.bookings.page.views.visit.visit": "the secret in the address is the right to this one visit",
    "crm.bookings.page.views.visit.stage": "the secret in the address is the right to this one visit",
    "crm.bookings.page.views.visit.code": "the secret in the address is the right to this one visit",
    "crm.bookings.page.views.visit.send": "the secret in the address is the right to this one visit",
    "crm.bookings.page.views.visit.move": "the secret in the address is the right to this one visit",
    "crm.bookings.page.views.visit.cancel": "the secret in the address is the right to this one visit",
    "crm.bookings.page.views.visit.earlier": "the secret in the address is the right to this one visit",
    "crm.bookings.page.views.visit.file": "the secret in the address is the right to this one visit",
    "crm.bookings.feeds.views.calendar": "calendar programs have no login; the secret in the address is the right",
    "billing.gateways.stripe.views.receive": "signed by Stripe",
    "billing.payment_links.views.news": "payment providers tell; their signature is the right",
    "api.docs.SchemaView": "the API's description; shows no salon's data",
    "api.docs.DocsView": "the API's description; shows no salon's data",
    "api.errors.nothing_here": "says 404 in JSON",
}
# Whole packages with doors of their own.
GUARDED_BY_THEMSELVES = {
    "allauth.account.": "log-in, registration, passwords: for strangers by nature",
    "allauth.mfa.": "a person's own second factors (log-in and a fresh proof required), and log-in by them",
    "django.contrib.admin.": "/operator/: is_staff (secure_admin_login, AdminSite.admin_view)",
    "channels_wa.gate.admin.": "/operator/: behind AdminSite.admin_view, as all of ModelAdmin's own",
    "billing.pages.admin.": "/operator/: behind AdminSite.admin_view, as all of ModelAdmin's own",
    "tenants.operators.salon_admin.": "/operator/: behind AdminSite.admin_view too",
    "django.contrib.contenttypes.": "/operator/r/: behind AdminSite.admin_view",
}
# On whose behalf what stands in the lists of config.lists acts: none of it takes an actor.
ACTS_FOR = {
    "INBOUND_STEPS": "salon",  # the one whose guest wrote
    "OUTBOUND_CHECKS": "salon",  # the one that sends
    "USAGE_GAUGES": "salon",
    "USAGE_HOLDS": "salon",
    "USAGE_PROOFS": "salon",
    "COST_PROOFS": "salon",
    "CONTACT_MERGE_STEPS": "salon",  # within the act of whoever merges
    "CONTACT_UNMERGE_STEPS": "salon",
    "SALON_OPENING_STEPS": "salon",
    "SALON_SIGN_UP_STEPS": "salon",  # the one that is opened
    "PLAN_THINGS": "salon",
    "SALON_ZONE_STEPS": "salon",
    "MEMBER_FACTS": "salon",  # for whoever may manage its people
    "MEMBER_HOLDINGS": "salon",
    "MEMBER_LEAVING_STEPS": "salon",  # within the act of whoever removes or leaves
    "ROLE_COPY_STEPS": "salon",
    "COST_FACTS": "salon",  # sums, for whoever may see its bills
    "EVENT_HANDLERS": "salon",  # the one in which it happened
    "FILE_RIGHTS": "salon",  # asks for the rights of whom it is given
    "OPERATOR_AUDIT": "operator",
    "AUDIT_LINKS": "salon",  # addresses of pages, which ask for their own rights
}
