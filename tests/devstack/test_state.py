import os
import shutil
import socket
from pathlib import Path
from typing import NamedTuple

import pytest

from devstack import identity, ports, records
from devstack.state import AlreadyHeld, DiskFull, NotOurs, State


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def state(tmp_path: Path) -> State:
    one = State(tmp_path / "stack")
    one.prepare()
    return one


def test_its_folders_are_closed_to_others(state: State) -> None:
    for folder in (state.root, state.root / "log", state.sockets):
        assert folder.stat().st_mode & 0o777 == 0o700
    state.tidy()


def test_only_one_process_holds_it(state: State) -> None:
    assert not state.is_held()
    with state.held():
        assert state.is_held()
        with pytest.raises(AlreadyHeld, match="wait for it"), state.held():
            pass
    assert not state.is_held()


def test_a_full_disk_is_one_line(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**10, 10**10 - 10**8, 10**8))
    with pytest.raises(DiskFull, match=r"is full \(100 MB free\): make room for 300 MB"):
        state.prepare()


def test_a_folder_that_is_a_link_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "stack").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotOurs, match="belongs to another user"):
        State(tmp_path / "stack").prepare()


def test_sockets_move_to_a_short_path_that_is_removed_afterwards(tmp_path: Path) -> None:
    state = State(tmp_path / ("a-long-name-" * 10))
    state.prepare()
    assert len(str(state.sockets)) < 60
    assert state.sockets.stat().st_mode & 0o777 == 0o700
    state.tidy()
    assert not state.sockets.exists()


def test_a_port_is_remembered_until_another_program_has_it(state: State) -> None:
    port = ports.remembered(state, "model")
    assert ports.remembered(state, "model") == port
    with socket.socket() as listener:
        listener.bind((ports.HOST, port))
        listener.listen()
        assert ports.remembered(state, "model") != port
        with pytest.raises(ports.PortTaken, match=f"Port {port} is taken by another program.*make run PORT="):
            ports.refuse_taken(port)


def test_damaged_notes_count_as_none(state: State) -> None:
    (state.root / "remembered.json").write_text('{"valkey_po')
    assert state.remembered("valkey_port", lambda: "1") == "1"
    (state.root / "run" / "web.pid.json").write_text('{"pid": 1')
    assert records.survivors(state) == {}


def test_a_number_that_another_process_got_is_no_survivor(state: State) -> None:
    myself = identity.of(os.getpid())
    assert myself is not None
    records.keep(state, "web", records.Record(myself, (), ()))
    assert records.survivors(state)["web"].process == myself
    earlier = identity.Identity(myself.pid, "an earlier time")
    records.keep(state, "web", records.Record(earlier, (), ()))
    assert records.survivors(state) == {}
