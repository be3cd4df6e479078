"""Message templates at Meta: list, create, edit, delete, and the file that stands in a header as its sample."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from channels_wa.adapters.base import OutboundFile
from channels_wa.adapters.cloud_api.graph import GraphClient, GraphError, wait_for
from config.env import env

JSON = dict[str, Any]

FIELDS = (
    "id,name,language,category,status,components,parameter_format,quality_score,rejected_reason,"
    "previous_category,correct_category"
)
AT_ONCE = 100
# 6,000 is the most that an account may have.
MOST_PAGES = 100
UPLOAD_TIMEOUT_S = 300.0


def each(client: GraphClient, waba_id: str, *, name: str = "") -> Iterator[JSON]:
    """The templates of an account, page by page; those of one name if one is given. Raises GraphError."""
    params = {"fields": FIELDS, "limit": str(AT_ONCE), **({"name": name} if name else {})}
    for _ in range(MOST_PAGES):
        page = client.get(f"{waba_id}/message_templates", params)
        found = page.get("data")
        yield from (one for one in found if isinstance(one, dict)) if isinstance(found, list) else ()
        after = _after(page)
        if not after or not found:
            return
        params["after"] = after


def one(client: GraphClient, meta_id: str) -> JSON:
    """One template. Raises GraphError."""
    return client.get(meta_id, {"fields": FIELDS})


def create(client: GraphClient, waba_id: str, template: JSON) -> JSON:
    """Submit a new one: {"id", "status", "category"}. Raises GraphError."""
    return client.post(f"{waba_id}/message_templates", template)


def edit(client: GraphClient, meta_id: str, changes: JSON) -> JSON:
    """Submit changes: {"success": true}. Raises GraphError."""
    return client.post(meta_id, changes)


def delete(client: GraphClient, waba_id: str, name: str, meta_id: str) -> JSON:
    """Delete one language of a template. Raises GraphError."""
    return client.delete(f"{waba_id}/message_templates", {"hsm_id": meta_id, "name": name})


def upload_sample(client: GraphClient, file: OutboundFile) -> str:
    """Hand over a header's sample by Meta's resumable upload; its handle. Raises GraphError."""
    return wait_for(_upload(client, file), UPLOAD_TIMEOUT_S)


async def _upload(client: GraphClient, file: OutboundFile) -> str:
    about = {"file_name": file.name, "file_length": str(file.size), "file_type": file.mime_type}
    session = await client.call("POST", f"{env.meta_app_id}/uploads", params=about)
    path, _, query = str(session.get("id", "")).partition("?")
    if not path.startswith("upload:"):
        raise GraphError("WhatsApp opened no upload.")
    handle = (await client.put(path, dict(parse_qsl(query)), file)).get("h")
    if not isinstance(handle, str) or not handle:
        raise GraphError("WhatsApp gave no handle for the file.")
    return handle


def _after(page: JSON) -> str:
    paging = page.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    return str(cursors.get("after") or "") if isinstance(cursors, dict) else ""
