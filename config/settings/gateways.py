"""Where a gateway's own pages are: origins to which a form or a link may lead."""

from importlib import import_module


def gateway_pages(kind: str) -> list[str]:
    """As the gateway's folder says (`billing/gateways/<kind>/hosts.py`); none of one that has no such file, or is not
    there. What that file itself misses is raised."""
    folder = f"billing.gateways.{kind}"
    try:
        found: list[str] = import_module(f"{folder}.hosts").pages()
    except ModuleNotFoundError as error:
        if error.name not in (folder, f"{folder}.hosts"):
            raise
        return []
    return found
