"""Where a gateway's own pages are: origins to which a form or a link may lead."""

from importlib import import_module


def gateway_pages(kind: str) -> list[str]:
    """As the gateway's folder says (`billing/gateways/<kind>/hosts.py`); none of one that is not there."""
    try:
        found: list[str] = import_module(f"billing.gateways.{kind}.hosts").pages()
    except ModuleNotFoundError:
        return []
    return found
