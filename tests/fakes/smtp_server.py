"""A mail server for tests: speaks SMTP on a port of this machine, keeps what it is sent, and can refuse."""

from __future__ import annotations

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any


class Session(socketserver.StreamRequestHandler):
    server: SmtpServer

    def handle(self) -> None:
        self.say("220 mail.example ready")
        recipients: list[str] = []
        while line := self.rfile.readline():
            verb = line.split(b" ")[0].strip().upper()
            if verb == b"RCPT":
                address = line.decode().partition("<")[2].partition(">")[0]
                if address in self.server.refused:
                    self.say("550 no such mailbox")
                    continue
                recipients.append(address)
            elif verb == b"DATA":
                self.say("354 go on")
                self.server.keep(self.read_message())
                recipients = []
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            self.say("250 ok")

    def read_message(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class SmtpServer(socketserver.ThreadingTCPServer):
    """Takes mail from the first moment on. A port that nobody listens on plays a server that is down."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Session, bind_and_activate=True)
        self.port = int(self.server_address[1])
        self.messages: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=[0.01], daemon=True).start()

    def keep(self, data: bytes) -> None:
        with self.lock:
            message: Any = message_from_bytes(data, policy=policy.default)
            self.messages.append(message)

    def __enter__(self) -> SmtpServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()
