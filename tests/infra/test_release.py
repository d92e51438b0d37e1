"""A release migrates first, and goes on only when that went well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from infra import release, stacks
from tests.infra import cloud

TEMPLATE = """
Parameters:
  ImageTag: {Type: String}
  Other: {Type: String}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !Sub "${ImageTag} ${Other}"}
"""


class Tasks:
    """What ECS says of a task that ends with these codes. moto's never ends."""

    def __init__(self, *codes: int | None, failures: list[dict[str, str]] | None = None) -> None:
        self.codes = codes
        self.failures = failures or []
        self.started: list[dict[str, Any]] = []

    def run_task(self, **arguments: Any) -> dict[str, Any]:
        self.started.append(arguments)
        return {"failures": self.failures, "tasks": [] if self.failures else [{"taskArn": "arn:task"}]}

    def get_waiter(self, name: str) -> Tasks:
        assert name == "tasks_stopped"
        return self

    def wait(self, **_arguments: Any) -> None:
        assert self.started

    def describe_tasks(self, *, cluster: str, tasks: list[str]) -> dict[str, Any]:
        assert (cluster, tasks) == ("huntaze-staging", ["arn:task"])
        containers = [{"exitCode": code} if code is not None else {} for code in self.codes]
        return {"tasks": [{"containers": containers, "stoppedReason": "Essential container in task exited"}]}


TOLD = {"Cluster": "huntaze-staging", "Task": "arn:definition", "Subnets": "subnet-1,subnet-2", "SecurityGroup": "sg-1"}


def test_the_migration_runs_in_the_network_without_an_address_of_its_own() -> None:
    tasks: Any = Tasks(0)

    release.once(tasks, TOLD)

    (started,) = tasks.started
    assert started["taskDefinition"] == "arn:definition"
    assert started["networkConfiguration"]["awsvpcConfiguration"] == {
        "subnets": ["subnet-1", "subnet-2"],
        "securityGroups": ["sg-1"],
        "assignPublicIp": "DISABLED",
    }


@pytest.mark.parametrize(
    "tasks",
    [Tasks(1), Tasks(None), Tasks(failures=[{"reason": "RESOURCE:MEMORY"}])],
    ids=["it failed", "it was never started", "no room"],
)
def test_a_migration_that_did_not_end_well_stops_the_release(tasks: Any) -> None:
    with pytest.raises(release.TaskFailed):
        release.once(tasks, TOLD)


@pytest.fixture
def account() -> Iterator[Any]:
    with cloud.alone():
        client = boto3.client("cloudformation", region_name="eu-west-3")
        for stack in stacks.PROCESSES:
            client.create_stack(
                StackName=stacks.full_name("staging", stack),
                TemplateBody=TEMPLATE,
                Parameters=[
                    {"ParameterKey": "ImageTag", "ParameterValue": "old"},
                    {"ParameterKey": "Other", "ParameterValue": "kept"},
                ],
            )
        yield client


def images(client: Any) -> dict[str, tuple[str, str]]:
    found = {}
    for stack in client.describe_stacks()["Stacks"]:
        values = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
        found[stack["StackName"]] = (values["ImageTag"], values["Other"])
    return found


def test_a_release_changes_the_image_of_every_process_and_nothing_else(
    account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[object, ...]] = []
    monkeypatch.setattr(release, "once", lambda _client, _told, *command: ran.append((*command, images(account))))

    release.release("staging", "4f0c1d2")

    everywhere = images(account)
    assert set(everywhere.values()) == {("4f0c1d2", "kept")}
    assert len(ran) == 2
    assert ran[1] == (["manage", "forget_pages", "--all"], everywhere)


def test_nothing_runs_the_new_image_when_the_migration_failed(account: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise release.TaskFailed("as asked")

    monkeypatch.setattr(release, "once", fail)

    assert release.main(["staging", "4f0c1d2"]) == 1

    changed = {name for name, (tag, _) in images(account).items() if tag != "old"}
    assert changed == {"huntaze-staging-process-migrate"}
