"""Makes and updates the stacks of an environment, in order: `python -m infra.stacks production`.

A stack is a template and what its parameters are: what the environment's file says (`infra/production.toml`), else what
a stack before it gave out under the same name. Nothing else connects two stacks, so each can be read, and mended, alone.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import boto3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_cloudformation.client import CloudFormationClient
    from types_boto3_cloudformation.type_defs import ParameterTypeDef

HERE: Final = Path(__file__).resolve().parent
EDGE: Final = "us-east-1"
"""Where CloudFront looks for certificates and firewall rules."""

ENVIRONMENTS: Final = ("staging", "production")


class Unprepared(Exception):
    """A stack cannot be made as things are. The text says what is missing."""


@dataclass(frozen=True, slots=True)
class Stack:
    """`fixed` is the same in every environment; `takes` names parameters that another name is given out for."""

    name: str
    template: str = ""
    region: str | None = None
    fixed: Mapping[str, str] = field(default_factory=dict)
    takes: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> str:
        return (HERE / "stacks" / f"{self.template or self.name}.yaml").read_text(encoding="utf-8")


def process(name: str, role: str, *, door: str = "WorkerDoor", **fixed: str) -> Stack:
    """Return the stack of one role of the image."""
    operates = door == "OperatorDoor"
    return Stack(
        f"process-{name}",
        template="process",
        fixed={"Name": name, "Role": role, **fixed},
        takes={
            "Door": door,
            "TaskRoleArn": "OperatorRoleArn" if operates else "ProcessRoleArn",
            # What a transaction pooler cannot do (sessions, dumps) is asked of PostgreSQL itself.
            "DatabaseSecret": "DatabaseDirectUrl" if operates else "DatabaseUrl",
        },
    )


PROCESSES: Final = (
    process("migrate", "migrate", door="OperatorDoor", Once="true"),
    process("worker-interactive", "worker interactive", Queue="ai_interactive", QueueSeconds="2"),
    process("worker-publishing", "worker publishing", Queue="publishing", QueueSeconds="15"),
    process("worker-background", "worker background", Queue="ai_bulk", QueueSeconds="60"),
    process("worker-media", "worker media", Queue="media", QueueSeconds="30"),
    process("worker-backups", "worker backups", door="OperatorDoor", Administers="true"),
    process("beat", "beat", Alone="true"),
    process("web", "web", door="WebDoor", Serves="true"),
)
"""In the order of a release: the tables first, then who reads them."""

STACKS: Final = (
    Stack("foundation"),
    Stack("network"),
    Stack("doors"),
    Stack("endpoints"),
    Stack("storage"),
    Stack("secrets"),
    Stack("database"),
    Stack("cache"),
    Stack("mail"),
    Stack("load_balancer"),
    Stack("cluster"),
    Stack("pooler"),
    Stack("edge", region=EDGE),
    *PROCESSES,
    Stack("watch"),
    Stack("budget"),
    Stack("pipeline"),
)


def settings_of(environment: str) -> dict[str, Any]:
    """Return what the environment's file says."""
    return tomllib.loads((HERE / f"{environment}.toml").read_text(encoding="utf-8"))


def full_name(environment: str, stack: Stack) -> str:
    return f"huntaze-{environment}-{stack.name.replace('_', '-')}"


def clients(region: str) -> dict[str, CloudFormationClient]:
    return {name: boto3.client("cloudformation", region_name=name) for name in {region, EDGE}}


def make(environment: str, *, only: Iterable[str] = (), values: Mapping[str, Any] | None = None) -> None:
    """Make or update the stacks of an environment in order, or those named. Each is waited for.

    Raises Unprepared where a parameter has no value, and botocore's errors.
    """
    said = settings_of(environment) | dict(values or {})
    asked = set(only)
    if unknown := asked - {stack.name for stack in STACKS}:
        raise Unprepared(f"There is no stack {', '.join(sorted(unknown))}: infra/README.md lists them")
    by_region = clients(said["region"])
    given: dict[str, str] = {}
    for stack in STACKS:
        client = by_region[stack.region or said["region"]]
        name = full_name(environment, stack)
        if not asked or stack.name in asked:
            parameters = parameters_of(stack, client, {"Environment": environment}, given, said)
            how = put(client, name, stack.body, parameters, environment)
            sys.stdout.write(f"{name}: {how}\n")
        given |= outputs(client, name)


def parameters_of(
    stack: Stack,
    client: CloudFormationClient,
    environment: Mapping[str, str],
    given: Mapping[str, str],
    said: Mapping[str, Any],
) -> dict[str, str]:
    """Return a value for each parameter of the template that has no default, and for those others that are known."""
    own: Mapping[str, Any] = said.get("process", {}).get(stack.fixed.get("Name", ""), {})
    found: dict[str, str] = {}
    for parameter in client.get_template_summary(TemplateBody=stack.body)["Parameters"]:
        name = parameter["ParameterKey"]
        known = [
            source[key]
            for source, key in (
                (environment, name),
                (stack.fixed, name),
                (own, name),
                (said, name),
                (given, stack.takes.get(name, name)),
            )
            if key in source
        ]
        if known:
            found[name] = str(known[0]).lower() if isinstance(known[0], bool) else str(known[0])
        elif "DefaultValue" not in parameter:
            raise Unprepared(
                f"{stack.name} needs {name}: say it in infra/{environment['Environment']}.toml, or make the stack that gives it"
            )
    return found


def put(client: CloudFormationClient, name: str, body: str, parameters: Mapping[str, str], environment: str) -> str:
    """Make the stack, or update it, wait for it, and say which."""
    listed: list[ParameterTypeDef] = [
        {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
    ]
    tags: Any = [{"Key": "Project", "Value": "huntaze"}, {"Key": "Environment", "Value": environment}]
    capabilities: list[Literal["CAPABILITY_IAM"]] = ["CAPABILITY_IAM"]
    if not exists(client, name):
        client.create_stack(
            StackName=name,
            TemplateBody=body,
            Parameters=listed,
            Capabilities=capabilities,
            Tags=tags,
            EnableTerminationProtection=environment == "production",
        )
        client.get_waiter("stack_create_complete").wait(StackName=name)
        return "made"
    try:
        client.update_stack(StackName=name, TemplateBody=body, Parameters=listed, Capabilities=capabilities, Tags=tags)
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return "as it was"
        raise
    client.get_waiter("stack_update_complete").wait(StackName=name)
    return "updated"


def exists(client: CloudFormationClient, name: str) -> bool:
    try:
        client.describe_stacks(StackName=name)
    except ClientError as error:
        if "does not exist" in str(error):
            return False
        raise
    return True


def outputs(client: CloudFormationClient, name: str) -> dict[str, str]:
    """Return what a stack gives out; nothing, when it is not there."""
    if not exists(client, name):
        return {}
    found = client.describe_stacks(StackName=name)["Stacks"][0].get("Outputs", [])
    return {each["OutputKey"]: each["OutputValue"] for each in found}


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.stacks", description=__doc__)
    parser.add_argument("environment", choices=ENVIRONMENTS)
    parser.add_argument("--only", nargs="+", default=[], metavar="STACK", help="these alone, in order")
    asked = parser.parse_args(words)
    try:
        make(asked.environment, only=asked.only)
    except Unprepared as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
