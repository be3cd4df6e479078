"""The owner imports a list with bad rows, reads why each was refused, and takes everybody home again (CR-001)."""

import csv
import secrets
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Meet

WORKED_ON_MS = 60_000


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desk", "phone"])
def test_a_list_with_bad_rows(meet: Meet, logged_in: object, tmp_path: Path, viewport: dict[str, int] | None) -> None:
    owner = meet(storage_state=logged_in, **({"viewport": viewport} if viewport else {}))
    page, word = owner.open("/contacts/"), f"Lista{secrets.randbelow(10**6)}"
    lines = ["Nome;Celular;Aniversário", f"Ana {word};(11) 9{secrets.randbelow(10**8):08d};20/11/1990"]
    lines += [f"<b>{word}</b>;abc;", f"Bia {word};(11) 9{secrets.randbelow(10**8):08d};31/02/1990"]
    file = tmp_path / "clientes.csv"
    file.write_bytes("\r\n".join(lines).encode("cp1252"))

    page.locator("a[href='/contacts/imports/']").click()
    page.locator("#list-file").set_input_files(file)
    page.locator(".list-upload button").click()
    expect(page.locator("#column-0")).to_have_value("name")
    expect(page.locator("#column-1")).to_have_value("phone")
    expect(page.locator("#column-2")).to_have_value("birthday")
    page.locator("form[action$='/check/'] .btn-primary").click()
    expect(page.locator("#import[data-state=checked]")).to_be_visible(timeout=WORKED_ON_MS)
    expect(page.locator("#refusals li")).to_have_count(2)
    expect(page.locator("#refusals li").first).to_contain_text("“abc”")
    expect(page.locator("#refusals li").first).to_contain_text(f"<b>{word}</b>")
    expect(page.locator("#refusals li").last).to_contain_text("“31/02/1990”")
    page.locator("button[name=do][value=run]").click()
    expect(page.locator("#import[data-state=done]")).to_be_visible(timeout=WORKED_ON_MS)
    expect(page.locator(".list-count dd").first).to_have_text("1")
    with page.expect_download() as refused:
        page.locator("a[href$='?download']").click()
    rows = list(csv.reader(Path(refused.value.path()).read_text("utf-8-sig").splitlines()))
    assert [row[0] for row in rows[1:]] == ["3", "4"]

    page.goto(f"{page.url.partition('/contacts/')[0]}/contacts/?search={word}")
    expect(page.locator(".people__row")).to_have_count(1)
    page.locator("button[formaction='/contacts/export/']").click()
    page.locator("input[value=csv]").check()
    with page.expect_download() as exported:
        page.locator("form[action='/contacts/export/'] .btn-primary").click()
    assert f"Ana {word}" in Path(exported.value.path()).read_text("utf-8-sig")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
