"""The page of the mailbox: a list, and each mail as HTML and as text."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from devstack.mail_server.mailbox import Mail, Mailbox, NoSuchMail

STYLE = """
:root { color-scheme: light dark; }
body { margin: 2rem auto; max-width: 46rem; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; }
li { margin: 0.75rem 0; } ol { padding: 0; list-style: none; }
iframe { width: 100%; height: 34rem; border: 1px solid; border-radius: 8px; background: white; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
"""
# A mail is somebody else's HTML: no scripts, nothing from elsewhere; its links open beside the page.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; img-src data:; base-uri 'none'"


def serve(mailbox: Mailbox, host: str, port: int) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            # Nobody on the web may read it by giving this address a name of their own.
            if self.headers.get("Host", "").partition(":")[0] not in {host, "localhost"}:
                return self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            name, _, kind = self.path.strip("/").partition("/")
            try:
                page = self.page(name, kind)
            except NoSuchMail:
                return self.send_error(HTTPStatus.NOT_FOUND)
            body = page.encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", POLICY)
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)
            return None

        def page(self, name: str, kind: str) -> str:
            if not name:
                return listed(mailbox.mails())
            mail = mailbox.mail(name)
            return mail.part("html").replace("<head>", '<head><base target="_blank">', 1) if kind else shown(mail)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing: the paths are names of files."""

    return ThreadingHTTPServer((host, port), Handler)


def listed(mails: list[Mail]) -> str:
    lines = [
        f'<li><a href="/{mail.name}">{escape(mail.header("Subject"))}</a><br>'
        f"{escape(mail.header('To'))} · {escape(mail.header('Date'))}</li>"
        for mail in mails
    ]
    return framed("Mails", f"<ol>{''.join(lines)}</ol>" if lines else "<p>No mail yet.</p>")


def shown(mail: Mail) -> str:
    html = f'<iframe src="/{mail.name}/html" sandbox="allow-popups" title="HTML"></iframe>' if mail.part("html") else ""
    return framed(
        mail.header("Subject"),
        f'<p><a href="/">All mails</a></p><p>{escape(mail.header("From"))} → {escape(mail.header("To"))}</p>'
        f"{html}<h2>Text</h2><pre>{linked(mail.part('plain'))}</pre>",
    )


def linked(text: str) -> str:
    """Return the text with the lines that are addresses as links."""
    return "\n".join(
        f'<a href="{escape(line)}">{escape(line)}</a>' if line.startswith(("http://", "https://")) else escape(line)
        for line in text.splitlines()
    )


def framed(title: str, body: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>"
    )
