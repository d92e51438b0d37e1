"""`python -m devstack.mail_server`: SMTP in, a page out."""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from devstack.mail_server.mailbox import Mailbox
from devstack.mail_server.page import serve


class Keeper:
    """What aiosmtpd asks for each mail."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # its name
        self.mailbox.keep(envelope.original_content or b"")
        return "250 Kept"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--host", required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--page-port", type=int, required=True)
    options = parser.parse_args()
    mailbox = Mailbox(options.folder)
    smtp = Controller(Keeper(mailbox), hostname=options.host, port=options.smtp_port)
    smtp.start()
    page = serve(mailbox, options.host, options.page_port)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=page.shutdown).start())
    page.serve_forever()
    smtp.stop()


if __name__ == "__main__":
    main()
