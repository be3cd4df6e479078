"""Log-in, registration and second factors: what allauth is told."""

from typing import Any

from config.env import env

ACCOUNT_ADAPTER = "tenants.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"signup": "tenants.accounts.forms.SignupForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
# One address, changed by confirming the new one.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# In the browser that has registered, and only there.
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_RATE_LIMITS: dict[str, Any] = {
    # How often an address may try at all; tries that fail are counted by tenants.accounts.tries.
    "login": "60/m/ip",
    # A salon's people share an address.
    "signup": "20/m/ip",
    "reset_password": "20/m/ip,3/5m/key",
    "confirm_email": "1/m/key",
}

MFA_ADAPTER = "tenants.accounts.mfa.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Cadeira"
# The clocks of phones differ: the code before and the one after are right too.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
# The demo has no certificate; browsers take *.localhost as safe.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = env.demo
MFA_FORMS = {
    "authenticate": "tenants.accounts.codes.AuthenticateForm",
    "reauthenticate": "tenants.accounts.codes.ReauthenticateForm",
    "add_webauthn": "tenants.accounts.credentials.AddWebAuthnForm",
    "authenticate_webauthn": "tenants.accounts.credentials.AuthenticateWebAuthnForm",
    "login_webauthn": "tenants.accounts.credentials.LoginWebAuthnForm",
    "reauthenticate_webauthn": "tenants.accounts.credentials.ReauthenticateWebAuthnForm",
}
