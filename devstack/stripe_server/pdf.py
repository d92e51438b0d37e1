"""An invoice as a PDF of one page, in the plainest form that readers take."""

from __future__ import annotations

from typing import Final

from devstack.stripe_server import intervals
from devstack.stripe_server.world import Object

_TOP: Final = 780
_LINE: Final = 18


def invoice(found: Object) -> bytes:
    """Return the file."""
    texts = [
        f"Invoice {found['number'] or 'draft'}",
        f"{found['account_name']}, to {found['customer_email'] or found['customer']}",
        f"{intervals.day(found['created'])}, {found['status']}",
        "",
        *(f"{one['description']}: {money(one['amount'], found['currency'])}" for one in found["lines"]["data"]),
        *(f"Discount: -{money(one['amount'], found['currency'])}" for one in found["total_discount_amounts"] or ()),
        "",
        f"Total {money(found['total'], found['currency'])}",
        f"Due {money(found['amount_due'], found['currency'])}",
        f"Paid {money(found['amount_paid'], found['currency'])}",
        "A simulator's invoice: no money moved.",
    ]
    drawn = "".join(
        f"BT /F1 11 Tf 60 {_TOP - number * _LINE} Td ({_escaped(text)}) Tj ET\n" for number, text in enumerate(texts)
    ).encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + head + table + tail


def money(minor: int, currency: str) -> str:
    """Return an amount for people."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d} {currency.upper()}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
