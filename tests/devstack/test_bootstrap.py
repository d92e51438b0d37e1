import ast
import sys
from pathlib import Path

import pytest

from devstack import bootstrap

SOURCE = Path(bootstrap.__file__)


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 15)])
def test_an_unfit_python_gets_one_line_that_says_what_to_do(version: tuple[int, int]) -> None:
    with pytest.raises(bootstrap.CannotPrepare) as raised:
        bootstrap.refuse_python(version, "/usr/bin/python3")
    line = str(raised.value)
    assert line.startswith(f"Huntaze needs Python 3.11 to 3.14, and /usr/bin/python3 is {version[0]}.{version[1]}: ")
    assert "make run PYTHON=python3." in line
    assert "\n" not in line


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 14)])
def test_a_fit_python_is_taken(version: tuple[int, int]) -> None:
    bootstrap.refuse_python(version, "/usr/bin/python3")


def test_it_parses_on_an_old_python_and_imports_only_the_standard_library() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).split(".")[0])
    assert imported <= sys.stdlib_module_names


def make_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = folder / "requirements-dev.txt"
    locked.write_text("one==1 --hash=sha256:0")
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    for name, value in (("LOCKED", locked), ("VENV", folder / ".venv"), ("PYTHON", python)):
        monkeypatch.setattr(bootstrap, name, value)
    bootstrap.stamp_file().write_text("\n".join((bootstrap.digest(), bootstrap.own_version(), str(folder / ".venv"))))


def test_the_mark_holds_until_the_list_or_the_place_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_environment(tmp_path, monkeypatch)
    assert bootstrap.is_up_to_date(exact=True)
    (tmp_path / "requirements-dev.txt").write_text("one==2 --hash=sha256:1")
    assert not bootstrap.is_up_to_date(exact=False)


def test_a_moved_environment_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_environment(tmp_path, monkeypatch)
    moved = (tmp_path / ".venv").rename(tmp_path / "moved")
    monkeypatch.setattr(bootstrap, "VENV", moved)
    monkeypatch.setattr(bootstrap, "PYTHON", moved / "bin" / "python")
    assert not bootstrap.is_up_to_date(exact=False)


def test_another_python_counts_only_when_it_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_environment(tmp_path, monkeypatch)
    other = bootstrap.stamp_file().read_text().replace(f"\n{bootstrap.own_version()}\n", "\n3.99\n")
    bootstrap.stamp_file().write_text(other)
    assert bootstrap.is_up_to_date(exact=False)
    assert not bootstrap.is_up_to_date(exact=True)


def test_a_failing_step_shows_the_end_of_what_the_tool_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(bootstrap.CannotPrepare, match="packages could not be installed") as raised:
        bootstrap.step("packages", [sys.executable, "-c", "print('no such host'); raise SystemExit(2)"])
    assert raised.value.details == "    no such host\n"
    assert "failed" in capsys.readouterr().out


def test_uv_goes_where_pip_is_told_to_go() -> None:
    listed = "global.cert='/etc/own.pem'\nglobal.index-url='https://mirror.example/simple'\n:env:.timeout='5'\n"
    told = bootstrap.as_pip_is_told(listed, {"SSL_CERT_FILE": "/etc/other.pem"})
    assert told == {"UV_DEFAULT_INDEX": "https://mirror.example/simple"}
    assert bootstrap.as_pip_is_told(listed, {})["SSL_CERT_FILE"] == "/etc/own.pem"


def test_the_locked_installer_has_hashes() -> None:
    text = bootstrap.LOCKED_UV.read_text(encoding="utf-8")
    assert text.startswith("uv==")
    assert text.count("--hash=sha256:") > 5
