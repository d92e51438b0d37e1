"""Signals that ask devstack itself to end."""

import signal
from types import FrameType


class Interrupts:
    """Counts the requests to end. The second one asks for haste."""

    def __init__(self) -> None:
        self.first: signal.Signals | None = None
        self._count = 0
        for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # `nohup` shuts SIGHUP off so that the terminal may go away.
            if which is signal.SIGHUP and signal.getsignal(which) is signal.SIG_IGN:
                continue
            signal.signal(which, self._note)

    @property
    def is_requested(self) -> bool:
        return self._count > 0

    @property
    def is_hurried(self) -> bool:
        return self._count > 1

    def withdraw(self) -> None:
        """Forget the requests so far."""
        self.first, self._count = None, 0

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._count += 1
        self.first = self.first or signal.Signals(number)
