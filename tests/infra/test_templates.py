"""The templates themselves: what moto cannot be asked about, and what has to be the same in two places."""

from __future__ import annotations

import functools
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from cfnlint.decode import decode
from django.conf import settings

from content.media import storage
from huntaze.backups import standing
from huntaze.celery import app
from huntaze.logs.lines import JsonLines
from infra import policies, stacks
from tests.infra import cloud
from tests.infra.cloud import CloudFormationModel as CloudFormationModel

ROOT: Final = Path(__file__).resolve().parent.parent.parent
TEMPLATES: Final = sorted(policies.TEMPLATES.glob("*.yaml"))


@functools.cache
def template(path: Path) -> dict[str, Any]:
    found, errors = decode(str(path))
    assert errors == []
    return dict(found)


def resources(kind: str) -> dict[str, dict[str, Any]]:
    return {
        f"{path.stem}.{name}": resource
        for path in TEMPLATES
        for name, resource in template(path)["Resources"].items()
        if resource["Type"] == kind
    }


def test_every_template_is_made_into_a_stack_and_listed_with_its_order() -> None:
    used = [stack.template or stack.name for stack in stacks.STACKS]
    listed = re.findall(r"^\| \d+ \| `(\w+)", (ROOT / "infra" / "README.md").read_text(), re.MULTILINE)

    assert {path.stem for path in TEMPLATES} == set(used)
    assert listed == list(dict.fromkeys(used))


def test_what_stacks_give_out_has_a_name_of_its_own() -> None:
    given = Counter(name for path in TEMPLATES if path.stem != "process" for name in template(path).get("Outputs", {}))

    assert [name for name, times in given.items() if times > 1] == []


def test_stand_ins_are_of_what_moto_cannot_make() -> None:
    ours = {resource["Type"] for path in TEMPLATES for resource in template(path)["Resources"].values()}
    moto = {
        kind.cloudformation_type()
        for kind in CloudFormationModel.__subclasses__()
        if not issubclass(kind, cloud.StandIn) and "cloudformation_type" in vars(kind)
    }

    assert set(cloud.STANDS_IN) == ours - moto


@pytest.mark.parametrize("name", resources("AWS::S3::Bucket"))
def test_a_bucket_is_private_encrypted_and_versioned_and_forgets(name: str) -> None:
    bucket = resources("AWS::S3::Bucket")[name]
    policy = resources("AWS::S3::BucketPolicy")[f"{name}Policy"]["Properties"]["PolicyDocument"]["Statement"]

    properties = bucket["Properties"]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert properties["LifecycleConfiguration"]["Rules"]
    assert bucket["DeletionPolicy"] == "Retain"
    assert [one["Principal"] for one in policy if one["Effect"] == "Allow" and one["Principal"] == "*"] == []
    (refused,) = [one for one in policy if one["Effect"] == "Deny"]
    assert refused["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_data_stands_behind_its_own_door_in_subnets_without_a_way_out() -> None:
    servers = resources("AWS::RDS::DBInstance")
    (valkey,) = resources("AWS::ElastiCache::ReplicationGroup").values()
    subnets = [
        *resources("AWS::RDS::DBSubnetGroup").values(),
        *resources("AWS::ElastiCache::SubnetGroup").values(),
    ]

    assert {str(one["Properties"]["VPCSecurityGroups"]) for one in servers.values()} == {"[{'Ref': 'DatabaseDoor'}]"}
    assert valkey["Properties"]["SecurityGroupIds"] == [{"Ref": "CacheDoor"}]
    assert [one["Properties"]["SubnetIds"] for one in subnets] == [{"Ref": "IsolatedSubnets"}] * 2


class Recorder:
    """Takes what `prepare_bucket` would tell S3."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return lambda **arguments: self.told.update({name: arguments})


def test_the_media_bucket_is_as_prepare_bucket_would_set_it(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder()
    monkeypatch.setattr(storage, "client", lambda: recorder)
    storage.prepare_bucket("https://huntaze.example")
    told = recorder.told
    ours = resources("AWS::S3::Bucket")["storage.Media"]["Properties"]
    (cors,) = ours["CorsConfiguration"]["CorsRules"]
    (asked,) = told["put_bucket_cors"]["CORSConfiguration"]["CORSRules"]
    lifecycle = {rule["Id"]: rule for rule in ours["LifecycleConfiguration"]["Rules"]}

    assert (cors["AllowedMethods"], cors["AllowedHeaders"]) == (asked["AllowedMethods"], asked["AllowedHeaders"])
    assert (cors["ExposedHeaders"], cors["MaxAge"]) == (asked["ExposeHeaders"], asked["MaxAgeSeconds"])
    for rule in told["put_bucket_lifecycle_configuration"]["LifecycleConfiguration"]["Rules"]:
        same = lifecycle[rule["ID"]]
        assert same["Prefix"] == rule["Filter"]["Prefix"]
        assert same["AbortIncompleteMultipartUpload"] == rule["AbortIncompleteMultipartUpload"]
        assert same.get("ExpirationInDays") == rule.get("Expiration", {}).get("Days")
    assert ours["PublicAccessBlockConfiguration"] == told["put_public_access_block"]["PublicAccessBlockConfiguration"]


WITHOUT_RESOURCE: Final = {
    "ecr:GetAuthorizationToken",
    "ecs:RegisterTaskDefinition",
    "ecs:DeregisterTaskDefinition",
    "ecs:DescribeTaskDefinition",
}
"""Actions that AWS knows for everything or for nothing."""


def statements() -> list[tuple[str, dict[str, Any]]]:
    """Return every statement of a permission, with the name of whose it is."""
    found = []
    for name, holder in (resources("AWS::IAM::Role") | resources("AWS::IAM::User")).items():
        for policy in holder["Properties"].get("Policies", ()):
            found += [(name, statement) for statement in policy["PolicyDocument"]["Statement"]]
    for name, policy in resources("AWS::IAM::ManagedPolicy").items():
        found += [(name, statement) for statement in policy["Properties"]["PolicyDocument"]["Statement"]]
    return found


def test_a_role_may_do_what_it_names_to_what_it_names() -> None:
    assert len(statements()) > 20
    for name, statement in statements():
        actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        assert not [action for action in actions if "*" in action], name
        if statement["Resource"] == "*":
            assert set(actions) <= WITHOUT_RESOURCE, name


def test_a_role_is_lent_to_this_account_alone_or_to_one_environment_of_the_repository() -> None:
    for name, role in resources("AWS::IAM::Role").items():
        for trust in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
            asked = trust["Condition"]["StringEquals"]
            if "Federated" in trust["Principal"]:
                assert asked["token.actions.githubusercontent.com:sub"] == {
                    "Fn::Sub": "repo:${Repository}:environment:${Environment}"
                }, name
            else:
                assert asked["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}, name


def documents_in(value: Any) -> Iterator[str]:
    """Yield every text within a template that begins like JSON, with something in the place of what is filled in."""
    if isinstance(value, dict):
        for each in value.values():
            yield from documents_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from documents_in(each)
    elif isinstance(value, str) and re.match(r'\s*(\{\s*"|\[\s*\{)', value):
        yield re.sub(r"\$\{[\w:.]+\}", "x", value)


def test_json_within_the_templates_can_be_read() -> None:
    found = [text for path in TEMPLATES for text in documents_in(template(path)["Resources"])]

    assert len(found) >= 5
    for text in found:
        assert json.loads(text)


# --- The image, and what builds it ------------------------------------------------------------------------------------


def roles_of_the_image() -> dict[str, set[str]]:
    """Return what container/role can start, with the queues that each reads."""
    text = (ROOT / "container" / "role").read_text()
    found = {name.strip('"'): set[str]() for name in re.findall(r'^  ("[a-z ]+"|[a-z]+)\)', text, re.MULTILINE)}
    workers = re.findall(r'^  "(worker \w+)"\) .*?worker \w+ \d+ (\S+)', text, re.MULTILINE)
    assert workers
    return found | {name: set(queues.split(",")) for name, queues in workers}


def test_each_process_is_a_role_of_the_image_and_every_queue_is_read() -> None:
    roles = roles_of_the_image()
    asked = {stack.fixed["Role"]: stack.fixed.get("Queue") for stack in stacks.PROCESSES}

    assert asked.keys() <= roles.keys()
    assert {queue for role in asked for queue in roles[role]} == {queue.name for queue in app.conf.task_queues}
    for role, queue in asked.items():
        assert queue is None or queue in roles[role], f"{role} scales by a queue that it does not read"


@pytest.mark.parametrize("image", ["Dockerfile", "infra/pgbouncer/Dockerfile"])
def test_the_image_declares_the_folder_that_is_mounted_into_it(image: str) -> None:
    # Else Amazon ECS mounts a folder of root's there, and a process that is not root cannot write.
    assert 'VOLUME ["/tmp"]' in (ROOT / image).read_text().splitlines()


def test_the_project_sets_what_the_buildspec_waits_for() -> None:
    said = re.search(r"Set by the project \(\S+\): (.*?)\.", (ROOT / "buildspec.yml").read_text(), re.DOTALL)
    assert said
    waited_for = set(re.findall(r"[A-Z_]{5,}", said[1]))
    project = resources("AWS::CodeBuild::Project")["pipeline.Build"]["Properties"]["Environment"]
    by_the_pipeline = re.findall(r'"name": "([A-Z_]+)"', (policies.TEMPLATES / "pipeline.yaml").read_text())

    assert waited_for <= {one["Name"] for one in project["EnvironmentVariables"]} | set(by_the_pipeline)


def test_a_policy_that_is_skipped_says_why() -> None:
    skipped = [
        rule
        for path in TEMPLATES
        for resource in template(path)["Resources"].values()
        for rule in resource.get("Metadata", {}).get("checkov", {}).get("skip", ())
    ]

    assert skipped
    assert all(len(rule["comment"]) > 30 for rule in skipped)


def test_what_workers_and_beat_log_of_a_queue_is_what_the_filter_reads() -> None:
    made = resources("AWS::Logs::MetricFilter")
    age = made["cluster.QueueAge"]["Properties"]
    (figure,) = age["MetricTransformations"]
    record = logging.makeLogRecord({"name": "huntaze.queue_ages", "levelno": logging.INFO, "levelname": "INFO"})
    vars(record).update(queue="ai_interactive", seconds=3.2, waiting=15)
    line = json.loads(JsonLines().format(record))

    # In CloudWatch's words for lines of JSON, "$.name" is a key of the line.
    assert age["FilterPattern"] == '{ $.logger = "huntaze.queue_ages" }'
    assert line[figure["MetricValue"].removeprefix("$.")] == 3.2
    assert line[figure["Dimensions"][0]["Value"].removeprefix("$.")] == "ai_interactive"
    assert made["cluster.Errors"]["Properties"]["FilterPattern"] == '{ $.level = "ERROR" || $.level = "CRITICAL" }'


def test_what_is_logged_of_backups_is_what_the_filters_read() -> None:
    age, failures = (
        resources("AWS::Logs::MetricFilter")[f"cluster.{name}"]["Properties"]
        for name in ("BackupAge", "BackupFailures")
    )
    (figure,) = age["MetricTransformations"]
    record = logging.makeLogRecord({"name": standing.__name__, "levelno": logging.INFO, "levelname": "INFO"})
    vars(record).update(what="backup", seconds=86_400)
    line = json.loads(JsonLines().format(record))

    assert age["FilterPattern"] == f'{{ $.logger = "{line["logger"]}" && $.level = "{line["level"]}" }}'
    assert line[figure["MetricValue"].removeprefix("$.")] == 86_400
    assert line[figure["Dimensions"][0]["Value"].removeprefix("$.")] == "backup"
    assert failures["FilterPattern"] == '{ $.logger = "huntaze.backups.standing" && $.level = "ERROR" }'


def actions_on_backups(role: str, end: str) -> set[str]:
    """Return what a role may do to what lies in the bucket of backups below a prefix."""
    found: set[str] = set()
    for name, statement in statements():
        targets = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        if name == role and {"Fn::Sub": f"${{BackupBucketArn}}/{end}"} in targets:
            found |= {statement["Action"]} if isinstance(statement["Action"], str) else set(statement["Action"])
    return found


def test_a_process_writes_down_who_was_erased_and_reads_no_backup() -> None:
    assert actions_on_backups("cluster.ProcessRole", "erased/*") == {"s3:PutObject"}
    assert actions_on_backups("cluster.ProcessRole", "*") == set()
    assert actions_on_backups("cluster.OperatorRole", "backups/*") == {"s3:DeleteObject"}
    assert "s3:GetObject" in actions_on_backups("cluster.OperatorRole", "*")
    # Behind the lock an old version stays, whoever has these roles.
    assert not [name for name, one in statements() if "s3:DeleteObjectVersion" in one["Action"]]
    lock = resources("AWS::S3::Bucket")["storage.Backups"]["Properties"]["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"]["Days"] == 14


@pytest.mark.parametrize("environment", stacks.ENVIRONMENTS)
def test_who_was_erased_is_known_for_longer_than_a_backup_is_kept(environment: str) -> None:
    rules = resources("AWS::S3::Bucket")["storage.Backups"]["Properties"]["LifecycleConfiguration"]["Rules"]
    days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "Prefix" in rule}
    said = stacks.settings_of(environment)["BackupDays"]

    assert days == {"backups/": {"Ref": "BackupDays"}, "erased/": 400}
    assert said + 14 < 400
    assert environment != "production" or said > 31 * settings.BACKUPS_KEPT[2]


@pytest.mark.parametrize("environment", stacks.ENVIRONMENTS)
def test_an_environments_file_says_what_some_template_asks_for(environment: str) -> None:
    asked = {name for path in TEMPLATES for name in template(path)["Parameters"]}
    said = stacks.settings_of(environment)

    assert said.keys() - asked == {"region", "process"}
    assert said["process"].keys() == {stack.fixed["Name"] for stack in stacks.PROCESSES}
    for own in said["process"].values():
        assert own.keys() <= template(policies.TEMPLATES / "process.yaml")["Parameters"].keys()


def test_processes_leave_postgresql_the_connections_that_it_has() -> None:
    said = stacks.settings_of("production")

    assert said["PoolerTasks"] * said["PoolerConnections"] < said["DatabaseMostConnections"]
    assert (said["TwoZones"], said["Replica"], said["GatewayInEachZone"]) == (True, True, True)
