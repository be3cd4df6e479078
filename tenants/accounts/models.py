"""People who log in."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from ops import clock
from ops.ids import uuid7


class UserManager(BaseUserManager["User"]):
    """Makes people; the e-mail address is the name they log in with."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person; without a password they must reset it first."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A platform operator with every right in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with one login for all their salons. Operators of the platform have `is_staff`."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(max_length=10, blank=True, default="")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=clock.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "user_account"

    def __str__(self) -> str:
        return self.name or self.email


class Session(models.Model):
    """A session as it lies (tenants.accounts.keeping). Its key is in the cookie of its browser and nowhere else."""

    key_hash = models.CharField(max_length=64, primary_key=True)
    # Opens with the key.
    sealed = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "session"

    def __str__(self) -> str:
        return f"until {self.expires_at}"


class LogIn(models.Model):
    """A session of a person, on the public host or, entered from such a one, at a salon (tenants.accounts.sessions)."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="log_ins")
    session_hash = models.CharField(max_length=64, unique=True)
    # The public host's; it takes those that were entered from it along when it ends.
    origin = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="entered")
    salon_name = models.CharField(max_length=120, blank=True, default="")
    address = models.CharField(max_length=45, blank=True, default="")
    agent = models.CharField(max_length=300, blank=True, default="")
    began_at = models.DateTimeField(default=clock.real)
    seen_at = models.DateTimeField(default=clock.real)

    class Meta:
        db_table = "log_in"

    def __str__(self) -> str:
        return f"{self.user_id} since {self.began_at}"


class MailItem(models.Model):
    """A mail about an account on its way (tenants.accounts.post); the row goes when it was sent."""

    # To whom and what, sealed: a link in it is as good as a password.
    sealed = models.BinaryField()
    state = models.CharField(max_length=12, default="pending")
    due_at = models.DateTimeField(default=clock.real)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0)
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True, default="")

    class Meta:
        db_table = "mail_item"
        indexes = [models.Index(fields=["id"], name="mail_item_open", condition=models.Q(state="pending"))]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"
