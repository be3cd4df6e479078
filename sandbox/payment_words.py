"""The payment page's words: Brazilian Portuguese, and English for browsers that ask for it first."""

_PT = {
    "title": "Pagamento",
    "intro": "Esta página faz o papel do provedor de pagamentos no ambiente de demonstração. Nenhum dinheiro é movido.",
    "pay": "Pagar",
    "decline": "Recusar (como um cartão sem saldo)",
    "open": "À espera do pagamento",
    "declined": "O pagamento foi recusado. Você pode tentar de novo.",
    "paid": "Pago. Obrigado!",
    "expired": "Este link expirou.",
    "withdrawn": "Este link não vale mais.",
    "refunded": "O valor foi devolvido.",
    "missing": "Não há pagamento neste endereço.",
}
_EN = {
    "title": "Payment",
    "intro": "This page plays the payment provider's part in the demonstration. No money is moved.",
    "pay": "Pay",
    "decline": "Decline (as a card without funds)",
    "open": "Waiting for the payment",
    "declined": "The payment was declined. You can try again.",
    "paid": "Paid. Thank you!",
    "expired": "This link has expired.",
    "withdrawn": "This link is not valid any more.",
    "refunded": "The amount was paid back.",
    "missing": "There is no payment at this address.",
}
_WHOLE = frozenset({"CLP", "JPY", "KRW", "PYG", "VND", "ISK"})


def words(language: str) -> dict[str, str]:
    """All words of one language."""
    return _EN if language == "en" else _PT


def amount(minor: int, currency: str) -> str:
    """BRL 30.00."""
    return f"{currency} {minor}" if currency in _WHOLE else f"{currency} {minor // 100}.{minor % 100:02}"
