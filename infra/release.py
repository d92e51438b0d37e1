"""Brings a new image to an environment that is there: `python -m infra.release production 4f0c1d2`.

The tables first, by a task that must end well; then the workers, beat and the web, one after the other. Old and new run
side by side meanwhile, so a migration only adds (docs/architecture.md); what is taken away goes in a later release.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Final

import boto3

from infra import stacks

if TYPE_CHECKING:
    from types_boto3_cloudformation.client import CloudFormationClient
    from types_boto3_ecs.client import ECSClient
    from types_boto3_ecs.type_defs import TaskOverrideTypeDef, WaiterConfigTypeDef

MIGRATE: Final = stacks.PROCESSES[0]
AN_HOUR: Final[WaiterConfigTypeDef] = {"Delay": 6, "MaxAttempts": 600}


class TaskFailed(Exception):
    """A task did not end well, and nothing was done after it. The text says how it ended."""


def release(environment: str, tag: str) -> None:
    """Migrate with the image of this tag, then run it everywhere. Raises TaskFailed and botocore's errors."""
    region = str(stacks.settings_of(environment)["region"])
    client = boto3.client("cloudformation", region_name=region)
    change_image(client, stacks.full_name(environment, MIGRATE), tag)
    told = stacks.outputs(client, stacks.full_name(environment, MIGRATE))
    once(boto3.client("ecs", region_name=region), told)
    for stack in stacks.PROCESSES[1:]:
        change_image(client, stacks.full_name(environment, stack), tag)
    # Last: pages that the old version made would come back.
    once(boto3.client("ecs", region_name=region), told, ["manage", "forget_pages", "--all"])


def change_image(client: CloudFormationClient, name: str, tag: str) -> None:
    """Give a stack another image, and leave all else as it is."""
    parameters = client.describe_stacks(StackName=name)["Stacks"][0]["Parameters"]
    client.update_stack(
        StackName=name,
        UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": "ImageTag", "ParameterValue": tag}
            if each["ParameterKey"] == "ImageTag"
            else {"ParameterKey": each["ParameterKey"], "UsePreviousValue": True}
            for each in parameters
        ],
        Capabilities=["CAPABILITY_IAM"],
    )
    client.get_waiter("stack_update_complete").wait(StackName=name)
    sys.stdout.write(f"{name}: {tag}\n")


def once(client: ECSClient, told: dict[str, str], command: list[str] | None = None) -> None:
    """Run the task once, to migrate or for another command, and wait for its end. Raises TaskFailed."""
    overrides: TaskOverrideTypeDef = (
        {"containerOverrides": [{"name": "huntaze", "command": command}]} if command else {}
    )
    started = client.run_task(
        cluster=told["Cluster"],
        taskDefinition=told["Task"],
        launchType="FARGATE",
        overrides=overrides,
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": told["Subnets"].split(","),
                "securityGroups": [told["SecurityGroup"]],
                "assignPublicIp": "DISABLED",
            }
        },
    )
    if started["failures"]:
        raise TaskFailed(f"The task did not start: {started['failures'][0].get('reason', 'no reason given')}")
    task = started["tasks"][0]["taskArn"]
    client.get_waiter("tasks_stopped").wait(cluster=told["Cluster"], tasks=[task], WaiterConfig=AN_HOUR)
    ended = client.describe_tasks(cluster=told["Cluster"], tasks=[task])["tasks"][0]
    codes = [container.get("exitCode") for container in ended["containers"]]
    if any(code != 0 for code in codes):
        reason = ended.get("stoppedReason", "no reason given")
        raise TaskFailed(f"The task ended with {codes}: {reason}. Its log stream begins with migrate/")


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.release", description=__doc__)
    parser.add_argument("environment", choices=stacks.ENVIRONMENTS)
    parser.add_argument("tag", help="tag of an image that is in the repository")
    asked = parser.parse_args(words)
    try:
        release(asked.environment, asked.tag)
    except TaskFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
