"""The little HTML that the hosted pages are made of. Everything that goes into it is escaped here."""

from collections.abc import Iterable
from html import escape

POLICY = (
    b"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self' http: https:; "
    b"frame-ancestors 'none'"
)


def page(language: str, title: str, note: str, parts: Iterable[str]) -> bytes:
    """A whole page; `parts` are HTML already."""
    return (
        f'<!DOCTYPE html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<title>{escape(title)}</title><link rel="icon" href="/static/phone.svg" type="image/svg+xml">'
        f'<link rel="stylesheet" href="/static/dialog.css"></head><body><main class="box"><h1>{escape(title)}</h1>'
        f'<p class="intro">{escape(note)}</p>{"".join(parts)}</main></body></html>'
    ).encode()


def said(text: str, *, strong: bool = False) -> str:
    """A paragraph."""
    return f"<p>{f'<strong>{escape(text)}</strong>' if strong else escape(text)}</p>"


def status(text: str) -> str:
    """What just happened."""
    return f'<p role="alert">{escape(text)}</p>' if text else ""


def field(label: str, name: str, value: str = "", *, kind: str = "text", required: bool = False) -> str:
    """A labelled input."""
    must = " required" if required else ""
    return (
        f'<label class="field">{escape(label)}<input name="{name}" type="{kind}" value="{escape(value)}" '
        f'autocomplete="off"{must}></label>'
    )


def hidden(name: str, value: str) -> str:
    """A value that goes along."""
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def button(label: str, act: str, *, main: bool = False) -> str:
    """One that sends the form with this act."""
    style = ' class="main"' if main else ""
    return f'<button{style} name="act" value="{act}">{escape(label)}</button>'


def form(*parts: str) -> str:
    """A form that posts to the page itself."""
    return f'<form method="post"><div class="actions">{"".join(parts)}</div></form>'


def group(title: str, *parts: str) -> str:
    """Some things under a title."""
    return f"<fieldset><legend>{escape(title)}</legend>{''.join(parts)}</fieldset>"


def link(label: str, address: str) -> str:
    """A way elsewhere."""
    return f'<p><a href="{escape(address)}">{escape(label)}</a></p>'


def pdf(lines: list[str]) -> bytes:
    """A page of text as a PDF (ISO 32000, Latin-1 text in Helvetica)."""
    shown = "\n".join(f"({_pdf_text(line)}) Tj T*" for line in lines)
    stream = f"BT /F1 11 Tf 50 790 Td 15 TL\n{shown}\nET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _pdf_text(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
