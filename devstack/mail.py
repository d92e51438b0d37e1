"""The mailbox of a laptop: a mail server that keeps what it is sent, with a page to read it."""

import sys
import urllib.request

from devstack import ports
from devstack.part import Part, Site


def build(site: Site) -> Part:
    """Describe the server: SMTP on one free port, the page on another."""
    smtp, page = ports.remembered(site.state, "mail_smtp"), ports.remembered(site.state, "mail_page")
    folder = site.state.root / "mail"
    folder.mkdir(mode=0o700, exist_ok=True)
    return Part(
        name="mail",
        argv=(
            *(sys.executable, "-m", "devstack.mail_server", "--folder", str(folder), "--host", ports.HOST),
            *("--smtp-port", str(smtp), "--page-port", str(page)),
        ),
        provides={
            "HUNTAZE_EMAIL_URL": f"smtp://{ports.HOST}:{smtp}",
            "HUNTAZE_MAIL_PAGE": f"http://{ports.HOST}:{page}",
        },
        is_ready=lambda _life: _answers(page),
        when_broken=f"To start with an empty one, move its mails away: mv {folder} {folder}.old",
    )


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://{ports.HOST}:{port}/", timeout=0.3).close()
    except OSError:
        return False
    return True
