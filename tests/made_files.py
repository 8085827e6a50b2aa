"""Makes the files that tests read: PDFs with each line where it is to stand."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

TOP = 760.0
LEADING = 14.0


def make_pdf(pages: Sequence[Sequence[str]], *, password: str | None = None, title: str | None = None) -> bytes:
    """A PDF of lines, from the top down. ``# `` sets one large, ``* `` bold, two blanks indented; "" leaves a gap.

    ``^`` puts a line at the top of the page and ``_`` at its foot, as running heads and page numbers stand.
    """
    writer = PdfWriter()
    fonts = DictionaryObject()
    for name, font in (("/F1", "/Helvetica"), ("/F2", "/Helvetica-Bold")):
        fonts[NameObject(name)] = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject(font),
                NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
            }
        )
    for lines in pages:
        page = writer.add_blank_page(595, 842)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        stream.set_data(b"\n".join(_set_line(line, TOP - number * LEADING) for number, line in enumerate(lines)))
        page[NameObject("/Contents")] = writer._add_object(stream)
    if title:
        writer.add_metadata({"/Title": title, "/Author": "Jane Doe"})
    if password is not None:
        writer.encrypt(password, password + "!", algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _set_line(line: str, y: float) -> bytes:
    font, size, x = "F1", 11, 72
    if line.startswith("# "):
        line, size = line[2:], 18
    elif line.startswith("* "):
        line, font = line[2:], "F2"
    elif line.startswith("  "):
        x = 90
    elif line.startswith("^"):
        line, y = line[1:], 800
    elif line.startswith("_"):
        line, y = line[1:], 40
    words = line.strip().replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").encode("cp1252")
    return b"BT /%s %d Tf 1 0 0 1 %d %d Tm (%s) Tj ET" % (font.encode(), size, x, y, words) if words else b""
