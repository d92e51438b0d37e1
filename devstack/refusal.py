"""The one kind of error that devstack shows without a traceback."""


class Refusal(Exception):
    """A start that cannot go on.

    Its text is what the person at the keyboard reads: one line that says what is wrong and what to do.
    `details` are lines of a log, shown below it.
    """

    def __init__(self, line: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(line)
        self.details = details
