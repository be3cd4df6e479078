"""Which category fits. Meta decides in the end; a wrong guess costs a rejection, or the price of marketing."""

import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from channels_wa.message_templates.drafts import Draft
from channels_wa.message_templates.findings import Finding, advice
from channels_wa.message_templates.models import Category

# Words that make reviewers see marketing (Meta: "Template categorization"): offers, invitations to buy, news, wishes.
MARKETING_WORDS: Final = re.compile(
    r"\b("
    r"promo(?:ç[ãa]o|ções|cao|coes|tion|tions|ci[oó]n|ciones)?|descontos?|discounts?|descuentos?|ofertas?|offers?|"
    r"gr[áa]tis|gratuit[oa]s?|free|cupo(?:m|ns)|cup[oó]n(?:es)?|coupons?|imperd[íi]ve(?:l|is)|aproveit[ea]m?|"
    r"aprovecha|sale|black friday|liquida[çc][ãa]o|novidades?|novedades|lan[çc]amentos?|presentes?|regalos?|gifts?|"
    r"indique|refer a friend|feliz anivers[áa]rio|happy birthday|feliz cumplea[ñn]os|saudades?|te extra[ñn]amos|"
    r"we miss you|compre|buy now|compra ahora|exclusiv[oa]s?|exclusive|sorteios?|giveaway"
    r")\b|\d+\s?% ?(?:off|de desconto|de descuento|discount)",
    re.IGNORECASE,
)
OPT_OUT_WORDS: Final = re.compile(r"\b(parar|sair|stop|baja|unsubscribe|descadastrar|n[ãa]o receber)\b", re.IGNORECASE)


def advice_on_category(draft: Draft) -> Iterator[Finding]:
    """What a reviewer is likely to say about the category chosen."""
    shape = draft.shape
    text = " ".join([shape.header_text, shape.body, shape.footer, *(one.text for one in shape.buttons)])
    if draft.category == Category.UTILITY and (found := MARKETING_WORDS.search(text)):
        words = _(
            "“%(word)s” sounds like advertising. WhatsApp is likely to put this template under marketing: "
            "choose marketing, or say only what the booking needs."
        )
        yield advice("category", words % {"word": found[0]})
    if draft.category == Category.MARKETING and not OPT_OUT_WORDS.search(text):
        words = _(
            "Offer a way out, for example a quick reply “Stop”. Guests who can decline do not report you, "
            "and your quality stays high."
        )
        yield advice("buttons", words)
