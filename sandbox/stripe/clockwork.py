"""What happens by itself as time passes: trials end, periods renew, drafts become final, payments are tried again.

A clock that jumps over months finds everything in its order, each at its own instant.
"""

from functools import partial

from sandbox import log
from sandbox.asgi import JSON
from sandbox.stripe import invoices, periods, schedules, subscriptions
from sandbox.stripe.book import Book

Due = tuple[int, partial[None]]
# Of a first payment that was never made.
INCOMPLETE_S = 23 * 3600
STEPS_MAX = 10_000


class Clockwork:
    """Looks at the books."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def look(self) -> None:
        """Do what is due, oldest first. What fails is done no more in this look, and stops nothing else."""
        now, failed = self._book.now, set[tuple[int, str]]()
        for _ in range(STEPS_MAX):
            dues = [one for one in self._dues() if one[0] <= now and (one[0], _name(one[1])) not in failed]
            due = min(dues, key=lambda one: one[0], default=None)
            if due is None:
                return
            self._book.at = due[0]
            try:
                due[1]()
            except Exception as problem:
                failed.add((due[0], _name(due[1])))
                log.error("stripe.clockwork", why=repr(problem))
            finally:
                self._book.at = None
            self._book.changed()

    def _dues(self) -> list[Due]:
        dues: list[Due] = []
        for sub in self._book.all("subscription"):
            if sub["status"] in subscriptions.LIVING and sub["status"] != "paused":
                dues.append((periods.period(sub)[1], partial(self._renew, sub)))
            if sub["status"] == "trialing" and not sub.get("_told_end"):
                dues.append((sub["trial_end"] - subscriptions.TELL_TRIAL_END_S, partial(self._tell_trial_end, sub)))
            if sub["status"] == "incomplete":
                dues.append((sub["created"] + INCOMPLETE_S, partial(self._expire, sub)))
        for invoice in self._book.all("invoice"):
            if invoice["status"] == "draft" and invoice["auto_advance"]:
                dues.append((invoice["automatically_finalizes_at"], partial(self._finalize, invoice)))
            elif invoice["status"] == "open" and invoice["next_payment_attempt"]:
                dues.append((invoice["next_payment_attempt"], partial(self._pay, invoice)))
        dues += [
            (session["expires_at"], partial(self._expire_session, session))
            for session in self._book.all("checkout.session", status="open")
        ]
        return dues

    def _renew(self, sub: JSON) -> None:
        schedules.step(self._book, sub)
        subscriptions.renew(self._book, sub)

    def _tell_trial_end(self, sub: JSON) -> None:
        sub["_told_end"] = True
        self._book.happened("customer.subscription.trial_will_end", sub)

    def _expire(self, sub: JSON) -> None:
        sub.update(status="incomplete_expired", ended_at=self._book.now)
        self._book.happened("customer.subscription.updated", sub, before={"status": "incomplete"})
        for invoice in self._book.all("invoice", _sub=sub["id"], status="open"):
            invoices.give_up(self._book, invoice, "void")

    def _finalize(self, invoice: JSON) -> None:
        periods.recount(self._book, invoice)
        invoices.finalize(self._book, invoice)
        sub = self._book.find("subscription", invoice["_sub"])
        if sub and sub["pause_collection"]:
            invoices.give_up(self._book, invoice, "void")
        else:
            self._pay(invoice)

    def _pay(self, invoice: JSON) -> None:
        book = self._book
        why = invoices.try_to_pay(book, invoice)
        sub = book.find("subscription", invoice["_sub"])
        if sub is None or sub["status"] == "canceled":
            return
        if not why:
            paid(book, sub)
        elif invoice["next_payment_attempt"] is None:
            # The last try failed: what nobody pays ends.
            subscriptions.end_now(book, sub, "payment_failed")
            invoices.give_up(book, invoice, "uncollectible")
        else:
            periods.move(book, sub, "past_due")

    def _expire_session(self, session: JSON) -> None:
        session.update(status="expired", url=None)
        self._book.happened("checkout.session.expired", session)


def _name(act: partial[None]) -> str:
    """Which act on which object."""
    return f"{act.func.__name__} {act.args[0]['id']}"


def paid(book: Book, sub: JSON) -> None:
    """An invoice was paid: a subscription without another open one is active again."""
    is_clear = not any(one["attempted"] for one in book.all("invoice", _sub=sub["id"], status="open"))
    if is_clear and sub["status"] in ("past_due", "unpaid", "incomplete"):
        periods.move(book, sub, "active")
