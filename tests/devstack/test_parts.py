from pathlib import Path

import pytest

from devstack import app, parts, ports
from devstack.part import Site
from devstack.state import State

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    state = State(tmp_path / "stack")
    state.prepare()
    return Site(CHECKOUT, state, {"PORT": str(free_port(state))})


def free_port(state: State) -> int:
    return ports.remembered(state, "web")


def with_variables(site: Site, **variables: str) -> Site:
    return Site(site.checkout, site.state, {**site.environment, **variables})


def names(site: Site) -> set[str]:
    return {part.name for part in parts.build(site)}


def test_every_part_is_built_under_its_name_and_needs_only_parts_above_it(site: Site) -> None:
    table = [entry.name for entry in parts.TABLE]
    built = parts.build(site)
    assert [part.name for part in built] == table
    for part in built:
        assert set(part.needs) <= set(table[: table.index(part.name)]), part.name


@pytest.mark.parametrize(
    ("variable", "part"),
    [
        ("DATABASE_URL", "postgres"),
        ("REDIS_URL", "valkey"),
        ("OPENAI_API_KEY", "model"),
        ("OPENAI_BASE_URL", "model"),
        ("AZURE_OPENAI_ENDPOINT", "model"),
        ("HUNTAZE_LOCAL_MODEL_URL", "model"),
        ("AWS_ENDPOINT_URL", "s3"),
        ("AWS_STORAGE_BUCKET_NAME", "s3"),
        ("STRIPE_SECRET_KEY", "stripe"),
        ("STRIPE_API_HOST", "stripe"),
        ("HUNTAZE_EMAIL_URL", "mail"),
    ],
)
def test_a_variable_that_points_to_a_real_service_replaces_the_part(site: Site, variable: str, part: str) -> None:
    provided = {key for one in parts.build(with_variables(site, **{variable: "x"})) for key in one.provides}
    assert names(site) - names(with_variables(site, **{variable: "x"})) == {part}
    assert variable not in provided
    if part == "model":
        assert not {key for key in provided if key.startswith("HUNTAZE_LOCAL_MODEL")}


def test_an_empty_variable_replaces_nothing(site: Site) -> None:
    assert names(with_variables(site, DATABASE_URL="")) == names(site)


def test_an_unknown_part_is_refused_with_the_known_ones(site: Site) -> None:
    with pytest.raises(parts.NoSuchPart, match=r"'postgress'.*postgres, valkey"):
        parts.build(site, ["postgress"])


def test_passwords_stay_off_the_command_line(site: Site) -> None:
    provided = {key: value for part in parts.build(site) for key, value in part.provides.items()}
    password = provided["REDIS_URL"].split(":")[2].split("@")[0]
    assert len(password) >= 20
    kept = [password, provided["STRIPE_SECRET_KEY"], provided["STRIPE_WEBHOOK_SECRET"]]
    assert not [part.name for part in parts.build(site) for word in part.argv if any(one in word for one in kept)]


@pytest.mark.parametrize("port", ["", "http", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(site: Site, port: str) -> None:
    with pytest.raises(app.NoSuchPort, match="is no port number"):
        app.web(with_variables(site, PORT=port))


def test_a_file_of_ones_own_is_served_under_its_name(site: Site, tmp_path: Path) -> None:
    mine = tmp_path / "Mine-7B.gguf"
    mine.write_bytes(b"GGUF")
    (part,) = parts.build(with_variables(site, HUNTAZE_LOCAL_MODEL=str(mine)), ["model"])
    assert part.provides["HUNTAZE_LOCAL_MODEL_NAME"] == "Mine-7B"
    assert str(mine) in part.argv
