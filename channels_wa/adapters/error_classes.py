"""Meta's error codes and what may be done about each (WHATSAPP.md §7, table of 2026-09-11)."""

from typing import Final

from channels_wa.adapters.outcome import ErrorClass

_CODES: Final[dict[ErrorClass, tuple[int, ...]]] = {
    ErrorClass.SLOW_NUMBER: (4, 613, 80007, 130429),
    ErrorClass.SLOW_PAIR: (131056,),
    ErrorClass.TRANSIENT: (1, 2, 131000, 131016, 131057, 133004, 2494100),
    ErrorClass.MEDIA: (131052, 131053),
    ErrorClass.SLOW_HOURS: (131048, 131064, 133008, 133009, 133015, 133016),
    ErrorClass.WAIT_A_DAY: (130472, 131049),
    ErrorClass.RECIPIENT: (130403, 131021, 131026, 131030, 131050, 131062, 137000),
    ErrorClass.NEEDS_TEMPLATE: (131047,),
    ErrorClass.CONTENT: (
        100, 131008, 131009, 131051, 131055, 132000, 132001, 132005, 132007, 132008, 132012, 132018, 135000,
    ),
    ErrorClass.TEMPLATE_STATE: (131063, 132015, 132016, 132068, 132069),
    ErrorClass.ACCOUNT_STOP: (
        0, 3, 10, 33, 190, 368, 130497, 131005, 131031, 131037, 131042, 131044, 131045,
        133000, 133005, 133006, 133010, *range(200, 300),
    ),
}  # fmt: skip

OF_CODE: Final = {code: error_class for error_class, codes in _CODES.items() for code in codes}


def class_of(code: int) -> ErrorClass:
    """What may be done about a code; one that the table does not know is about the message, and is not tried again."""
    return OF_CODE.get(code, ErrorClass.CONTENT)
