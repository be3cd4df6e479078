"""WhatsApp Business Accounts and their portfolios: names, restrictions, messaging limits (WHATSAPP.md §4)."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sandbox.asgi import JSON

DAY_S = 24 * 3600.0
NEW_LIMIT = 250
USERS_MAX = 200_000
_TIERS = {250: "TIER_250", 2000: "TIER_2K", 10_000: "TIER_10K", 100_000: "TIER_100K", None: "TIER_UNLIMITED"}


def tier(limit: int | None) -> str:
    """A limit as Graph and webhooks name it."""
    return _TIERS.get(limit, f"TIER_{limit}")


@dataclass(slots=True)
class Account:
    """A WhatsApp Business Account."""

    waba_id: str
    name: str
    business_id: str
    review: str = "APPROVED"
    refuses: int = 0  # the code with which every message is refused
    refuses_templates: int = 0  # the same for templates alone
    refuses_until: float = 0.0  # 0: until Meta says otherwise
    deleted: bool = False

    def refusal(self, now: float, *, is_template: bool) -> int:
        """The code with which a message is refused now; 0 when it is not."""
        if self.refuses_until and now >= self.refuses_until:
            self.refuses = self.refuses_templates = 0
            self.refuses_until = 0.0
        return self.refuses or (self.refuses_templates if is_template else 0)


class Portfolio:
    """A business portfolio: whom it reached outside of their windows in the last 24 hours."""

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self._reached: dict[str, float] = {}

    def reaches(self, user: str, now: float) -> bool:
        """Count a user; false when the limit is used up, and then they are not counted."""
        if self.limit is None or (user in self._reached and now - self._reached[user] < DAY_S):
            return True
        while self._reached and now - next(iter(self._reached.values())) >= DAY_S:
            del self._reached[next(iter(self._reached))]
        if len(self._reached) >= min(self.limit, USERS_MAX):
            return False
        self._reached.pop(user, None)
        self._reached[user] = now
        return True

    def forget(self) -> None:
        """Nobody was reached yet."""
        self._reached.clear()


class Accounts:
    """Accounts and portfolios by id; an account that is met first has a portfolio of its own without a limit."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}
        self._portfolios: dict[str, Portfolio] = {}

    def put(self, account: Account, *, limit: int | None) -> None:
        """Add an account; the limit is its portfolio's, unless that exists already."""
        self._accounts[account.waba_id] = account
        self._portfolios.setdefault(account.business_id, Portfolio(limit))

    def get(self, waba_id: str, name: str = "Sandbox") -> Account:
        """The account."""
        found = self._accounts.get(waba_id)
        if found is None:
            found = Account(waba_id, name, f"8{waba_id}")
            self.put(found, limit=None)
        return found

    def find(self, waba_id: str) -> Account | None:
        """The account, if anything was ever said of it."""
        return self._accounts.get(waba_id)

    def portfolio(self, waba_id: str) -> Portfolio:
        """The portfolio of an account."""
        return self._portfolios[self.get(waba_id).business_id]

    def of_business(self, business_id: str) -> list[Account]:
        """The accounts of a portfolio."""
        return [account for account in self._accounts.values() if account.business_id == business_id]

    def move(self, waba_id: str, business_id: str) -> None:
        """Put an account into another portfolio."""
        limit = self.portfolio(waba_id).limit
        account = self._accounts[waba_id]
        account.business_id = business_id
        self.put(account, limit=limit)

    def forget_reached(self) -> None:
        """Every portfolio begins its day."""
        for portfolio in self._portfolios.values():
            portfolio.forget()

    def as_saved(self) -> JSON:
        """What is kept over a restart."""
        limits = {business_id: portfolio.limit for business_id, portfolio in self._portfolios.items()}
        return {"accounts": [asdict(account) for account in self._accounts.values()], "limits": limits}

    def restore(self, saved: JSON) -> None:
        """Take back what was saved."""
        accounts: Iterable[JSON] = saved["accounts"]
        for entry in accounts:
            account = Account(**entry)
            self.put(account, limit=saved["limits"].get(account.business_id))

    def forget(self) -> None:
        """There are none."""
        self._accounts.clear()
        self._portfolios.clear()
