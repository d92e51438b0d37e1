"""`make image-steps`: build the image's tree without an engine, start its roles from it, and say how large it is."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from tools.image import building, programs, size
from tools.image.recipe import NotUnderstood
from tools.image.trial import NotWell, Trial, reachable

CHECKOUT = Path(__file__).resolve().parent.parent.parent
ROLES = ("worker interactive", "beat")
MEGABYTE = 1_000_000


def main() -> int:
    """Return an exit code."""
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="huntaze-image-") as folder:
            out = Path(folder)
            # Another user than this one must get through it.
            out.chmod(0o711)
            image = building.build(CHECKOUT, out / "built")
            print(f"built in {time.monotonic() - began:.0f} s")
            print(sizes(image.tree))
            with reachable(os.environ["DATABASE_URL"], out) as database:
                look(Trial(image, out, CHECKOUT / "tools" / "production-like.env", os.environ, database))
    except (building.StepFailed, programs.NoPrograms, NotUnderstood, NotWell) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"all in {time.monotonic() - began:.0f} s")
    return 0


def sizes(tree: Path) -> str:
    """Return lines with the size of what the image adds to its base."""
    lines = [
        f"{path:<10} {size.unpacked(tree / path[1:]) / MEGABYTE:6.0f} MB on disk,"
        f" {size.packed(tree / path[1:]) / MEGABYTE:4.0f} MB packed"
        for path in building.OURS
    ]
    return "\n".join(lines)


def look(trial: Trial) -> None:
    """Start the roles and look at them. Raises NotWell."""
    trial.finish("migrate")
    print("migrate: done")
    with trial.running("web") as web:
        trial.wait_until_healthy("web", web)
        trial.wait_until_ready(web)
        print(f"web: healthy and ready, as user {user_of(web.pid)}; its style sheet is {trial.look_at_pages()}")
        for role in ROLES:
            with trial.running(role) as process:
                trial.wait_until_healthy(role, process)
                print(f"{role}: healthy, as user {user_of(process.pid)}")
    for command in ("manage backup", "manage restore_drill"):
        trial.finish(command)
        print(trial.output(command).splitlines()[-1])
    for path in ("/app/probe", "/opt/venv/probe", "/etc/probe", "/probe"):
        print(trial.try_to_write(path))


def user_of(pid: int) -> str:
    """Return the user that the system runs a process as."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:"))


if __name__ == "__main__":
    sys.exit(main())
