"""Runs several management commands in one process: Django takes longer to load than they take to run.

Usage: python -m devstack.management migrate --no-input , seed_demo
"""

import os
import sys
from collections.abc import Sequence
from itertools import groupby

import django
from django.core.management import call_command

from devstack import app


def main(words: Sequence[str]) -> int:
    """Run the commands in turn and return an exit code. Raises what a command raises."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huntaze.settings")
    django.setup()
    for is_separator, group in groupby(words, app.SEPARATOR.__eq__):
        if not is_separator:
            command, *arguments = group
            print(app.heading(command), flush=True)
            call_command(command, *arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
