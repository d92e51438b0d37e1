"""What each role of the image starts, and its health check."""

from __future__ import annotations

import http.server
import importlib.util
import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from devstack import app
from devstack.part import Part, Site
from devstack.state import State

CHECKOUT = Path(__file__).resolve().parent.parent.parent
ROLE = CHECKOUT / "container" / "role"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with a gunicorn, a celery and a python that say what they were told."""
    for name in ("gunicorn", "celery", "python"):
        (tmp_path / name).write_text(f'#!/bin/sh\necho {name} "$@"\n')
        (tmp_path / name).chmod(0o755)
    return tmp_path


@pytest.fixture
def healthy(tmp_path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("healthy", CHECKOUT / "container" / "healthy.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.__dict__["TEMPORARY"] = tmp_path
    return module


def started(programs: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROLE, *words], env={"PATH": f"{programs}:{os.environ['PATH']}"}, capture_output=True, text=True, check=False
    )


def parts() -> dict[str, Part]:
    site = Site(CHECKOUT, State(Path("/nowhere")), {})
    builders = (
        app.worker_interactive,
        app.worker_publishing,
        app.worker_background,
        app.worker_media,
        app.worker_backups,
    )
    return {part.name: part for part in (build(site) for build in builders)}


@pytest.mark.parametrize("kind", ["interactive", "publishing", "background", "media", "backups"])
def test_a_worker_is_the_one_that_a_laptop_has(programs: Path, kind: str) -> None:
    as_a_module = parts()[f"worker-{kind}"].argv[2:]
    assert started(programs, "worker", kind).stdout.split() == list(as_a_module)


def test_every_worker_of_a_laptop_is_a_role() -> None:
    script = ROLE.read_text()
    assert all(f'"worker {name.removeprefix("worker-")}")' in script for name in parts())


def test_migrate_makes_the_tables_and_then_the_partitions(programs: Path) -> None:
    assert started(programs, "migrate").stdout.splitlines() == [
        "python manage.py migrate --no-input",
        "python manage.py ensure_partitions",
    ]


def test_a_migration_that_fails_ends_the_role(programs: Path) -> None:
    (programs / "python").write_text("#!/bin/sh\nexit 3\n")
    assert started(programs, "migrate").returncode == 3


def test_a_command_of_manage_keeps_its_words_apart(programs: Path) -> None:
    (programs / "python").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    assert started(programs, "manage", "generate", "two words").stdout.splitlines()[1:] == ["generate", "two words"]


@pytest.mark.parametrize("words", [(), ("worker",), ("worker", "none"), ("manage",), ("sh",)])
def test_anything_else_is_refused_with_the_list_of_roles(programs: Path, words: tuple[str, ...]) -> None:
    done = started(programs, *words)
    assert done.returncode == 64
    assert "web | worker" in done.stderr


def test_compose_starts_every_role_once_and_gives_none_a_writable_tree() -> None:
    services = yaml.safe_load((CHECKOUT / "compose.yaml").read_text())["services"]
    ours = {name: service for name, service in services.items() if service["image"] == "huntaze"}
    workers = [name.replace("-", " ", 1) for name in parts()]
    assert sorted(" ".join(service["command"]) for service in ours.values()) == sorted(
        ["beat", "migrate", "web", *workers]
    )
    assert all(service["read_only"] and service["cap_drop"] == ["ALL"] for service in ours.values())


def test_compose_gives_each_of_them_what_production_requires() -> None:
    required = set(re.findall(r"^([A-Z_]+)=", (CHECKOUT / ".env.example").read_text(), re.MULTILINE))
    services = yaml.safe_load((CHECKOUT / "compose.yaml").read_text())["services"]
    assert required
    for service in services.values():
        if service["image"] == "huntaze":
            assert required <= service["environment"].keys()


def test_the_web_role_is_well_when_it_answers(healthy: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(200) as port:
        monkeypatch.setenv("HUNTAZE_BIND", f"0.0.0.0:{port}")
        (healthy.TEMPORARY / "role").write_text("web\n")
        assert healthy.main() == 0
    assert healthy.main() == 1


def test_a_worker_is_asked_by_its_own_name(
    healthy: ModuleType, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (programs / "celery").write_text(
        '#!/bin/sh\n[ "$CELERY_BROKER_URL" = redis://broker ] || exit 1\n'
        'case "$*" in *redis*) exit 1;; *"-d media@"*) exit 0;; esac\nexit 69\n'
    )
    monkeypatch.setenv("REDIS_URL", "redis://broker")
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    (tmp_path / "role").write_text("worker media\n")
    assert healthy.main() == 0
    (tmp_path / "role").write_text("worker publishing\n")
    assert healthy.main() == 1


def test_beat_is_well_while_it_writes_its_schedule(healthy: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "role").write_text("beat\n")
    assert healthy.main() == 1
    schedule = tmp_path / "beat-schedule.db"
    schedule.touch()
    assert healthy.main() == 0
    long_ago = time.time() - 3600
    os.utime(schedule, (long_ago, long_ago))
    assert healthy.main() == 1


@contextmanager
def answering(status: int) -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
