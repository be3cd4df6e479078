"""A link to a file that Meta is to fetch for us: what nobody outside could reach is refused before it is sent."""

from django.utils.translation import gettext as _

from ops.safe_http.address import Forbidden, check_address

MOST_CHARACTERS = 2000


def problem_of_link(link: object) -> str:
    """What is wrong with it, in the reader's language; nothing if it may go out. Asks nobody."""
    if not isinstance(link, str) or not link.startswith("https://"):
        return _("Must be an https address.")
    if len(link) > MOST_CHARACTERS:
        return _("Must have at most %(most)d characters.") % {"most": MOST_CHARACTERS}
    try:
        check_address(link)
    except Forbidden:
        return _("This address leads into a private network; WhatsApp could not reach it.")
    except ValueError:
        return _("This is no address.")
    return ""
