from pathlib import Path

import pytest

from devstack import environment


def write(folder: Path, text: str) -> Path:
    path = folder / ".env"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_plain_quoted_and_exported_values(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "# a remark\n\nPLAIN=a b\nEMPTY=\nexport SHARED=yes\n"
        "DOUBLE=\"a # b\"\nSINGLE='c'  # why\nTAIL=x # why\nURL=a=b#c\n",
    )
    assert environment.read_file(path) == {
        "PLAIN": "a b",
        "EMPTY": "",
        "SHARED": "yes",
        "DOUBLE": "a # b",
        "SINGLE": "c",
        "TAIL": "x",
        "URL": "a=b#c",
    }


def test_a_missing_file_gives_nothing(tmp_path: Path) -> None:
    assert environment.read_file(tmp_path / ".env") == {}


def test_a_bad_line_is_named_but_not_shown(tmp_path: Path) -> None:
    path = write(tmp_path, "GOOD=1\nsk-secret without a name\n")
    with pytest.raises(environment.BadEnvironmentFile, match="line 2: write KEY=VALUE") as raised:
        environment.read_file(path)
    assert "sk-secret" not in str(raised.value)


def test_the_shell_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    path = write(tmp_path, "HUNTAZE_ENV=test\nPORT=1\nOPENAI_API_KEY=from-file\n")
    values = environment.for_run(path, {"PORT": "2"})
    assert values == {"HUNTAZE_ENV": "test", "PORT": "2", "OPENAI_API_KEY": "from-file"}
    assert environment.for_run(tmp_path / "none", {})["HUNTAZE_ENV"] == "development"


def test_a_throwaway_inherits_nothing_that_leads_to_a_real_service() -> None:
    inherited = {
        "PATH": "/bin",
        "DATABASE_URL": "postgresql://production/x",
        "REDIS_URL": "redis://production",
        "OPENAI_API_KEY": "sk",
        "AZURE_OPENAI_ENDPOINT": "https://x",
        "AWS_SECRET_ACCESS_KEY": "s",
        "SENTRY_DSN": "https://x",
        "HUNTAZE_ENV": "production",
        "HUNTAZE_LOCAL_MODEL_URL": "http://elsewhere",
        "HUNTAZE_LOCAL_MODEL": "my.gguf",
        "HUNTAZE_DEVSTACK_FOLDER": "/somewhere",
    }
    assert environment.for_throwaway(inherited) == {
        "PATH": "/bin",
        "HUNTAZE_LOCAL_MODEL": "my.gguf",
        "HUNTAZE_DEVSTACK_FOLDER": "/somewhere",
        "HUNTAZE_ENV": "test",
    }
