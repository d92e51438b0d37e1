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
    from types_boto3_ecs.type_defs import WaiterConfigTypeDef

MIGRATE: Final = stacks.PROCESSES[0]
AN_HOUR: Final[WaiterConfigTypeDef] = {"Delay": 6, "MaxAttempts": 600}


class MigrationFailed(Exception):
    """The task did not end well; nothing else was touched. The text says how it ended."""


def release(environment: str, tag: str) -> None:
    """Migrate with the image of this tag, then run it everywhere. Raises MigrationFailed and botocore's errors."""
    region = str(stacks.settings_of(environment)["region"])
    client = boto3.client("cloudformation", region_name=region)
    change_image(client, stacks.full_name(environment, MIGRATE), tag)
    migrate(boto3.client("ecs", region_name=region), stacks.outputs(client, stacks.full_name(environment, MIGRATE)))
    for stack in stacks.PROCESSES[1:]:
        change_image(client, stacks.full_name(environment, stack), tag)


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


def migrate(client: ECSClient, told: dict[str, str]) -> None:
    """Run the task once and wait for its end. Raises MigrationFailed."""
    started = client.run_task(
        cluster=told["Cluster"],
        taskDefinition=told["Task"],
        launchType="FARGATE",
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": told["Subnets"].split(","),
                "securityGroups": [told["SecurityGroup"]],
                "assignPublicIp": "DISABLED",
            }
        },
    )
    if started["failures"]:
        raise MigrationFailed(f"The task did not start: {started['failures'][0].get('reason', 'no reason given')}")
    task = started["tasks"][0]["taskArn"]
    client.get_waiter("tasks_stopped").wait(cluster=told["Cluster"], tasks=[task], WaiterConfig=AN_HOUR)
    ended = client.describe_tasks(cluster=told["Cluster"], tasks=[task])["tasks"][0]
    codes = [container.get("exitCode") for container in ended["containers"]]
    if any(code != 0 for code in codes):
        reason = ended.get("stoppedReason", "no reason given")
        raise MigrationFailed(f"The migration ended with {codes}: {reason}. Its log stream begins with migrate/")


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.release", description=__doc__)
    parser.add_argument("environment", choices=stacks.ENVIRONMENTS)
    parser.add_argument("tag", help="tag of an image that is in the repository")
    asked = parser.parse_args(words)
    try:
        release(asked.environment, asked.tag)
    except MigrationFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
