"""Real starts, kills and recoveries."""

import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from devstack import identity, postgres, postgres_server
from devstack.part import Life, Site
from devstack.state import State
from tests.devstack.stacks import CHECKOUT, Stack

# A machine that is busy with other tests takes its time for a start.
pytestmark = pytest.mark.timeout(600)

Wait = Callable[[Callable[[], bool]], None]


def query(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True, connect_timeout=20) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def answers(url: str, statement: str = "SELECT 1") -> bool:
    try:
        return bool(query(url, statement))
    except psycopg.OperationalError:
        return False


def value_of(url: str, key: str) -> object:
    with redis.Redis.from_url(url, socket_timeout=20) as client:
        return client.get(key)


def is_listening(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as client:
        return client.connect_ex((str(parts.hostname), int(parts.port or 0))) == 0


def test_exec_gives_a_command_its_services_and_passes_its_exit_code_on(stack: Stack, tmp_path: Path) -> None:
    script = tmp_path / "command.py"
    script.write_text(
        "import os, psycopg, redis\n"
        "print(os.environ['HUNTAZE_ENV'])\n"
        "print(os.environ['REDIS_URL'])\n"
        "row = psycopg.connect(os.environ['DATABASE_URL']).execute(\n"
        "    \"SELECT current_database(), current_setting('fsync'), current_setting('listen_addresses'),\"\n"
        "    \" current_setting('max_connections')::int >= 200, 'É' ILIKE 'é',\"\n"
        "    \" current_setting('server_version_num')\"\n"
        ").fetchone()\n"
        "print(*row, sep='|')\n"
        "print(redis.Redis.from_url(os.environ['REDIS_URL']).config_get('appendonly')['appendonly'])\n"
        "raise SystemExit(7)\n"
    )
    done = stack.run("exec", "--state", "once", "--parts", "postgres,valkey", "--", sys.executable, str(script))
    assert done.returncode == 7, done.stderr
    *_, environment, url, row, appendonly = done.stdout.splitlines()
    assert (environment, appendonly) == ("test", "no")
    assert row.startswith("huntaze|off||True|True|18")
    assert not is_listening(url)
    assert not list((stack.state.root / "once" / "run").glob("*.json"))


def test_two_exec_runs_side_by_side_do_not_meet(stack: Stack, tmp_path: Path, wait_until: Wait) -> None:
    go_on = tmp_path / "go-on"
    waiting = f"import time, pathlib\nwhile not pathlib.Path({str(go_on)!r}).exists(): time.sleep(0.05)"
    words = ("exec", "--state", "once", "--parts", "valkey", "--")
    first = stack.start(*words, sys.executable, "-c", waiting)
    wait_until((stack.state.root / "once" / "run" / "command.pid.json").exists)
    second = stack.run(*words, sys.executable, "-c", "import os; print(os.environ['REDIS_URL'])")
    assert second.returncode == 0, second.stderr
    go_on.touch()
    assert first.wait(timeout=60) == 0
    assert (stack.state.root / "once-2").is_dir()


def test_a_signal_ends_the_command_and_everything_beside_it(stack: Stack, wait_until: Wait) -> None:
    once = State(stack.state.root / "once")
    process = stack.start(
        *("exec", "--state", "once", "--parts", "valkey", "--", sys.executable, "-c", "import time; time.sleep(60)")
    )
    wait_until((once.root / "run" / "command.pid.json").exists)
    pids = Stack(once.root).pids()
    assert set(pids) == {"valkey", "command"}
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 128 + signal.SIGTERM
    assert not any(identity.of(pid) for pid in pids.values())


def test_killed_parts_come_back_with_their_data(stack: Stack, wait_until: Wait) -> None:
    supervisor = stack.up()
    provided, before = stack.provided(), stack.pids()
    database, cache = provided["DATABASE_URL"], provided["REDIS_URL"]
    query(database, "CREATE TABLE kept (n int)")
    query(database, "INSERT INTO kept VALUES (41)")

    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: is_listening(cache) and answers(database))
    assert query(database, "SELECT n FROM kept") == [(41,)]
    wait_until(lambda: set(stack.pids()) == {"postgres", "valkey"})
    after = stack.pids()
    assert not set(after.values()) & set(before.values())

    second = stack.run("run", "--parts", "valkey")
    assert second.returncode == 1
    assert second.stderr == f"Parts of Huntaze already run (process {supervisor.pid}). To end it: make stop\n"

    assert stack.run("stop").stdout.endswith("Stopped.\n")
    output, _ = supervisor.communicate(timeout=60)
    assert supervisor.returncode == 0
    for name in ("postgres", "valkey"):
        assert output.count(f"{name} stopped (killed by SIGKILL); starting it again in 0.5 s.") == 1
        assert f"{name} is back." in output
    assert not any(identity.of(pid) for pid in after.values())
    assert stack.run("stop").stdout == "Nothing runs.\n"


def test_after_a_killed_supervisor_the_next_start_ends_what_is_left_and_loses_nothing(stack: Stack) -> None:
    supervisor = stack.up()
    provided, left = stack.provided(), stack.pids()
    query(provided["DATABASE_URL"], "CREATE TABLE kept AS SELECT 42 AS n")
    with redis.Redis.from_url(provided["REDIS_URL"]) as client:
        client.set("kept", "yes")
        client.execute_command("WAITAOF", 1, 0, 5000)
    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait(timeout=30)
    assert all(identity.of(pid) for pid in left.values())

    again = stack.up()
    assert query(stack.provided()["DATABASE_URL"], "SELECT n FROM kept") == [(42,)]
    assert value_of(stack.provided()["REDIS_URL"], "kept") == b"yes"
    assert not any(identity.of(pid) for pid in left.values())
    assert set(stack.pids()) == {"postgres", "valkey"}

    again.send_signal(signal.SIGHUP)
    assert again.wait(timeout=60) == 0
    assert stack.pids() == {}


def test_stop_ends_what_a_killed_supervisor_left(stack: Stack) -> None:
    supervisor = stack.up("valkey")
    left = stack.pids()
    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait(timeout=30)
    assert stack.run("stop").stdout.endswith("Stopped.\n")
    assert not any(identity.of(pid) for pid in left.values())


def test_a_lock_file_with_a_number_of_somebody_else_does_not_keep_postgres_away(stack: Stack) -> None:
    stack.up("postgres")
    stack.close()
    data = stack.state.root / "postgres"
    stale = f"{os.getpid()}\n{data}\n1700000000\n5432\n{stack.state.sockets}\n\n  1 1\nready   \n"
    (data / "postmaster.pid").write_text(stale)
    (data / "postmaster.pid").chmod(0o600)
    stack.up("postgres")
    assert answers(stack.provided()["DATABASE_URL"])


def test_a_server_is_not_ready_by_what_its_predecessor_left(stack: Stack) -> None:
    stack.state.prepare()
    data = stack.state.root / "postgres"
    part = postgres.build(Site(CHECKOUT, stack.state, {}))
    data.mkdir(mode=0o700, exist_ok=True)
    # As a killed server leaves it: ready, by its own word.
    left = f"1\n{data}\n1700000000\n5432\n{stack.state.sockets}\n\n  1 1\nready   \n"
    (data / "postmaster.pid").write_text(left)

    postgres_server.take_over_locks(data, stack.state.sockets)

    lines = (data / "postmaster.pid").read_text().splitlines()
    assert (lines[0], lines[6]) == (str(os.getpid()), "  1 1")
    assert not part.is_ready(Life(os.getpid(), stack.state.log("postgres"), 0))


def test_a_taken_port_is_one_line(stack: Stack) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        done = stack.run("run", "--parts", "web", PORT=str(port))
    assert done.returncode == 1
    assert done.stderr == (
        f"Port {port} is taken by another program: stop that program, or choose another port: make run PORT=8010\n"
    )


def test_a_folder_that_is_no_database_is_one_line_and_left_alone(stack: Stack) -> None:
    data = stack.state.root / "postgres"
    data.mkdir(parents=True, mode=0o700)
    (data.parent).chmod(0o700)
    (data / "letter.txt").write_text("mine")
    done = stack.run("run", "--parts", "postgres")
    assert done.returncode == 1
    mend = f"To start with an empty database, move it away: mv {data} {data}.old"
    assert done.stderr == f"{data} is no database. {mend}\n"
    (data / "PG_VERSION").write_text("16\n")
    done = stack.run("run", "--parts", "postgres")
    assert done.stderr == f"{data} was written by PostgreSQL 16, not 18. {mend}\n"
    assert (data / "letter.txt").read_text() == "mine"


def test_a_part_that_keeps_dying_ends_the_run_with_the_end_of_its_log(stack: Stack) -> None:
    data = stack.state.root / "valkey"
    (data / "appendonlydir").mkdir(parents=True, mode=0o700)
    stack.state.root.chmod(0o700)
    (data / "appendonlydir" / "appendonly.aof.manifest").write_text("rubbish\n")
    done = stack.run("run", "--parts", "valkey")
    assert done.returncode == 1
    first, *rest = done.stderr.splitlines()
    assert first.startswith("valkey keeps stopping (exit code 1). To start with an empty one, move its data away: mv ")
    assert first.endswith("valkey.log:")
    assert any("manifest" in line for line in rest)
    assert "Traceback" not in done.stderr


def test_a_command_that_is_not_there_is_one_line(stack: Stack) -> None:
    done = stack.run("exec", "--state", "once", "--parts", "", "--", "no-such-command")
    assert (done.returncode, done.stderr) == (1, "no-such-command: No such file or directory\n")


def test_logs_are_shown_by_part(stack: Stack) -> None:
    stack.up("valkey")
    stack.close()
    assert "Ready to accept connections" in stack.run("logs", "valkey").stdout
    refused = stack.run("logs", "web")
    assert (refused.returncode, refused.stderr) == (1, "There is no log of 'web'. There are: valkey\n")
