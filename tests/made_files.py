"""Makes the files that tests read: PDFs with each line where it is to stand, Word documents, books."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from urllib.parse import quote
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

TOP = 760.0
LEADING = 14.0
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


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


def make_zip(members: dict[str, str | bytes]) -> bytes:
    """A zip archive, packed but for a ``mimetype``, as EPUB wants it."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content, ZIP_STORED if name == "mimetype" else ZIP_DEFLATED)
    return out.getvalue()


def make_docx(body: str, **others: str | bytes) -> bytes:
    """A Word document of WordprocessingML; ``others``: further files in it, ``__`` for a slash and ``_`` for a dot."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006"
    return make_zip(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
            "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{office}/relationships/officeDocument" Target="word/document.xml"/>'
            "</Relationships>",
            "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
            "word/styles.xml": f'<w:styles xmlns:w="{WORD}">'
            + "".join(
                f'<w:style w:type="paragraph" w:styleId="{style.replace(" ", "")}"><w:name w:val="{style}"/></w:style>'
                for style in ("Title", "heading 1", "heading 2", "Quote")
            )
            + "</w:styles>",
            "word/numbering.xml": f'<w:numbering xmlns:w="{WORD}"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">'
            '<w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0">'
            '<w:numFmt w:val="decimal"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
            '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num></w:numbering>',
            "docProps/core.xml": '<p xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:t="http://purl.org/dc/terms/">'
            "<dc:title>Draft</dc:title><dc:creator>Jane Doe</dc:creator><t:created>2026-05-11T09:00Z</t:created></p>",
            **{name.replace("__", "/").replace("_", "."): content for name, content in others.items()},
        }
    )


def word_paragraph(words: str, style: str = "", number: int = 0) -> str:
    """A paragraph of WordprocessingML; ``number``: 1 for a bulleted one, 2 for a numbered one."""
    listed = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>' if number else ""
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f'<w:p><w:pPr>{styled}{listed}</w:pPr><w:r><w:t xml:space="preserve">{words}</w:t></w:r></w:p>'


def make_epub(chapters: dict[str, str | bytes], **others: str | bytes) -> bytes:
    """A book of XHTML chapters by their file names; ``nav.xhtml`` is its table of contents."""
    items = "".join(
        f'<item id="i{number}" href="{quote(name)}" media-type="application/xhtml+xml"'
        f"{' properties=' + chr(34) + 'nav' + chr(34) if name == 'nav.xhtml' else ''}/>"
        for number, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="i{number}"/>' for number in range(len(chapters)))
    return make_zip(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<?xml version="1.0" encoding="UTF-8"?><container version="1.0"'
            ' xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile'
            ' full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
            "OEBPS/book.opf": '<?xml version="1.0" encoding="UTF-8"?><package xmlns="http://www.idpf.org/2007/opf"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>The harbour</dc:title><dc:creator>Jane'
            f" Doe</dc:creator><dc:date>2026-05-11</dc:date></metadata><manifest>{items}</manifest>"
            f"<spine>{spine}</spine></package>",
            **{f"OEBPS/{name}": chapter for name, chapter in chapters.items()},
            **{name.replace("__", "/").replace("_", "."): content for name, content in others.items()},
        }
    )
