"""The languages in which Meta takes templates, each by its own name (Meta: "Supported languages", 2026)."""

from typing import Final

FIRST: Final = ("pt_BR", "en_US", "es")

LANGUAGES: Final[dict[str, str]] = {
    "pt_BR": "Português (Brasil)", "en_US": "English (US)", "es": "Español",
    "af": "Afrikaans", "ar": "العربية", "ar_AE": "العربية (الإمارات)", "ar_EG": "العربية (مصر)",
    "ar_LB": "العربية (لبنان)", "ar_MA": "العربية (المغرب)", "ar_QA": "العربية (قطر)", "az": "Azərbaycan",
    "be_BY": "Беларуская", "bg": "Български", "bn": "বাংলা", "bn_IN": "বাংলা (ভারত)", "ca": "Català", "cs": "Čeština",
    "da": "Dansk", "de": "Deutsch", "de_AT": "Deutsch (Österreich)", "de_CH": "Deutsch (Schweiz)", "el": "Ελληνικά",
    "en": "English", "en_AE": "English (UAE)", "en_AU": "English (Australia)", "en_CA": "English (Canada)",
    "en_GB": "English (UK)", "en_GH": "English (Ghana)", "en_IE": "English (Ireland)", "en_IN": "English (India)",
    "en_JM": "English (Jamaica)", "en_MY": "English (Malaysia)", "en_NZ": "English (New Zealand)",
    "en_QA": "English (Qatar)", "en_SG": "English (Singapore)", "en_UG": "English (Uganda)",
    "en_ZA": "English (South Africa)", "es_AR": "Español (Argentina)", "es_CL": "Español (Chile)",
    "es_CO": "Español (Colombia)", "es_CR": "Español (Costa Rica)", "es_DO": "Español (Rep. Dominicana)",
    "es_EC": "Español (Ecuador)", "es_ES": "Español (España)", "es_HN": "Español (Honduras)",
    "es_MX": "Español (México)", "es_PA": "Español (Panamá)", "es_PE": "Español (Perú)", "es_UY": "Español (Uruguay)",
    "et": "Eesti", "fa": "فارسی", "fi": "Suomi", "fil": "Filipino", "fr": "Français", "fr_BE": "Français (Belgique)",
    "fr_CA": "Français (Canada)", "fr_CH": "Français (Suisse)", "fr_CI": "Français (Côte d’Ivoire)",
    "fr_MA": "Français (Maroc)", "ga": "Gaeilge", "gu": "ગુજરાતી", "ha": "Hausa", "he": "עברית", "hi": "हिन्दी",
    "hr": "Hrvatski", "hu": "Magyar", "id": "Bahasa Indonesia", "it": "Italiano", "ja": "日本語", "ka": "ქართული",
    "kk": "Қазақ тілі", "kn": "ಕನ್ನಡ", "ko": "한국어", "ky_KG": "Кыргызча", "lo": "ລາວ", "lt": "Lietuvių",
    "lv": "Latviešu", "mk": "Македонски", "ml": "മലയാളം", "mr": "मराठी", "ms": "Bahasa Melayu", "nb": "Norsk bokmål",
    "nl": "Nederlands", "nl_BE": "Nederlands (België)", "pa": "ਪੰਜਾਬੀ", "pl": "Polski", "prs_AF": "دری", "ps_AF": "پښتو",
    "pt_PT": "Português (Portugal)", "ro": "Română", "ru": "Русский", "rw_RW": "Ikinyarwanda", "si_LK": "සිංහල",
    "sk": "Slovenčina", "sl": "Slovenščina", "sq": "Shqip", "sr": "Српски", "sv": "Svenska", "sw": "Kiswahili",
    "ta": "தமிழ்", "te": "తెలుగు", "th": "ไทย", "tr": "Türkçe", "uk": "Українська", "ur": "اردو", "uz": "Oʻzbek",
    "vi": "Tiếng Việt", "zh_CN": "中文（简体）", "zh_HK": "中文（香港）", "zh_TW": "中文（台灣）", "zu": "isiZulu",
}  # fmt: skip


def language_name(code: str) -> str:
    """How the language calls itself; the code for one that is new to us."""
    return LANGUAGES.get(code, code)
