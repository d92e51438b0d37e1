"""An environment is made in moto's AWS by the same program as in Amazon's, and what is there is wired as it should be.

moto knows no CloudFront, ElastiCache and others by CloudFormation (`cloud.STANDS_IN`), and forgets some of what it is
told of buckets and tasks: what is said of those is looked at as it is given, or in the template (test_templates.py).
"""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path
from typing import Any, Final

import environ
import pytest

from huntaze.celery import app
from infra import stacks
from tests.infra import cloud
from tests.infra.cloud import Account

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PROCESSES: Final = [stack.fixed["Name"] for stack in stacks.PROCESSES]
RESOLVED: Final = re.compile(r"\{\{resolve:secretsmanager:[^}]+\}\}")
DOORS: Final = ("LoadBalancer", "Web", "Worker", "Operator", "Pooler", "Database", "Cache", "Endpoint")


@pytest.fixture(scope="module", params=stacks.ENVIRONMENTS)
def account(request: pytest.FixtureRequest) -> Account:
    return cloud.made(request.param)


@pytest.fixture(scope="module")
def production() -> Account:
    return cloud.made("production")


def names_of_doors(account: Account) -> dict[str, str]:
    return {account.outputs[f"{name}Door"]: name for name in DOORS}


def is_production(account: Account) -> bool:
    return "production" in account.outputs["ClusterName"]


# --- Who may talk to whom ---------------------------------------------------------------------------------------------

FROM_PART_TO_PART: Final = {
    ("LoadBalancer", "Web", 8000),
    ("Web", "Pooler", 6432),
    ("Worker", "Pooler", 6432),
    ("Web", "Cache", 6379),
    ("Worker", "Cache", 6379),
    ("Operator", "Cache", 6379),
    ("Pooler", "Database", 5432),
    ("Operator", "Database", 5432),
    ("Web", "Endpoint", 443),
    ("Worker", "Endpoint", 443),
    ("Operator", "Endpoint", 443),
    ("Pooler", "Endpoint", 443),
}


def test_a_part_lets_in_the_right_parts_and_nobody_else(account: Account) -> None:
    doors = names_of_doors(account)
    entering, from_addresses = set(), []
    for group in account.groups:
        for rule in group["IpPermissions"] if group["GroupId"] in doors else ():
            for pair in rule["UserIdGroupPairs"]:
                entering.add((doors[pair["GroupId"]], doors[group["GroupId"]], rule["FromPort"]))
            from_addresses += rule["IpRanges"] + rule["Ipv6Ranges"]

    assert entering == FROM_PART_TO_PART
    assert from_addresses == []


def test_what_leaves_a_part_is_what_enters_another_or_goes_to_the_world(account: Account) -> None:
    doors = names_of_doors(account)
    rules = [rule.properties for rule in account.of("AWS::EC2::SecurityGroupEgress")]
    inside = {
        (doors[rule["GroupId"]], doors[rule["DestinationSecurityGroupId"]], int(rule["FromPort"]))
        for rule in rules
        if "DestinationSecurityGroupId" in rule
    }
    outside = {(doors[rule["GroupId"]], int(rule["FromPort"])) for rule in rules if "CidrIp" in rule}

    assert inside == FROM_PART_TO_PART
    assert outside == {(part, 443) for part in ("Web", "Worker", "Operator", "Pooler")} | {
        (part, 587) for part in ("Web", "Worker", "Operator")
    }


def test_each_process_stands_behind_its_own_door(account: Account) -> None:
    doors = names_of_doors(account)
    behind = {stack.fixed["Name"]: doors[account.outputs[stack.takes["Door"]]] for stack in stacks.PROCESSES}

    assert {name for name, part in behind.items() if part == "Operator"} == {"migrate", "worker-backups"}
    assert {name for name, part in behind.items() if part == "Web"} == {"web"}
    assert set(behind.values()) == {"Operator", "Web", "Worker"}


def test_the_load_balancer_answers_only_to_who_knows_the_word(account: Account) -> None:
    (listener,) = account.listeners
    (default,) = listener["DefaultActions"]
    word = next(one for one in account.of("AWS::SecretsManager::Secret") if one.logical_id == "Origin")

    assert (listener["Protocol"], default["FixedResponseConfig"]["StatusCode"]) == ("HTTPS", "403")
    for rule in account.rules:
        if not rule["IsDefault"]:
            (known,) = [each for each in rule["Conditions"] if each["Field"] == "http-header"]
            assert known["HttpHeaderConfig"]["HttpHeaderName"] == "x-huntaze-origin"
            assert word.physical_resource_id in known["HttpHeaderConfig"]["Values"][0]
    (sent,) = [
        header
        for one in account.of("AWS::CloudFront::Distribution")
        for origin in one.properties["DistributionConfig"]["Origins"]
        for header in origin.get("OriginCustomHeaders", ())
    ]
    assert sent["HeaderName"] == "x-huntaze-origin"
    assert RESOLVED.fullmatch(sent["HeaderValue"])


# --- What each process is told ----------------------------------------------------------------------------------------


def container(account: Account, name: str) -> dict[str, Any]:
    (one,) = account.tasks[name]["containerDefinitions"]
    return dict(one)


def told(account: Account, name: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the variables of a process that stand in its task, and the secrets that it takes.

    moto keeps an empty place for what is not there.
    """
    one = container(account, name)
    return (
        {each["name"]: each["value"] for each in one["environment"] if each},
        {each["name"]: each["valueFrom"] for each in one["secrets"] if each},
    )


def secret_values(account: Account) -> dict[str, str]:
    """Return what CloudFormation would put into each secret, with a password that is none."""
    return {
        one.physical_resource_id: RESOLVED.sub("pass", one.properties.get("SecretString", "x" * 64))
        for one in account.of("AWS::SecretsManager::Secret")
    }


@pytest.mark.parametrize("name", PROCESSES)
def test_huntaze_starts_with_what_a_process_is_told(
    name: str, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, secret = told(account, name)
    monkeypatch.setattr(environ.Env, "read_env", lambda *args, **kwargs: None)
    for variable in re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE):
        monkeypatch.delenv(variable, raising=False)
    values = secret_values(account)
    by_an_operator = {
        "HUNTAZE_EMAIL_URL": "smtp+tls://user:password@mail.example:587",
        "OPENAI_API_KEY": "sk-none",
        "STRIPE_SECRET_KEY": "sk_live_onlyForTheCheck0123456789",
        "STRIPE_WEBHOOK_SECRET": "whsec_only_for_the_check",
    }
    for variable, source in secret.items():
        monkeypatch.setenv(variable, values.get(source, by_an_operator.get(variable, "")))
    for variable, value in plain.items():
        monkeypatch.setenv(variable, value)

    settings = runpy.run_path(str(ROOT / "huntaze" / "settings.py"))

    database = settings["DATABASES"]["default"]
    assert settings["PRODUCTION"] is True
    assert settings["TRUSTED_PROXIES"] == settings["REST_FRAMEWORK"]["NUM_PROXIES"] == 2
    assert database["OPTIONS"]["sslmode"] == "require"
    assert settings["REDIS_URL"].startswith("rediss://:pass@")
    assert settings["AWS_STORAGE_BUCKET_NAME"] == account.outputs["MediaBucket"]
    assert settings["PAYMENTS"].is_live is True
    assert settings["BACKUP_BUCKET"] == account.outputs["BackupBucket"]
    if name in {"migrate", "worker-backups"}:
        assert (database["HOST"], database["PORT"]) == (account.outputs["DatabaseAddress"], 5432)
        assert settings["DATABASE_ADMIN_URL"].startswith("postgresql://administrator:pass@")
    else:
        assert (database["HOST"].partition(".")[0], database["PORT"]) == ("pooler", 6432)
        assert database["DISABLE_SERVER_SIDE_CURSORS"]
        assert settings["DATABASE_ADMIN_URL"] == ""


@pytest.mark.parametrize("name", PROCESSES)
def test_secrets_are_referred_to_and_never_written(name: str, account: Account) -> None:
    plain, secret = told(account, name)
    known = {one.physical_resource_id for one in account.of("AWS::SecretsManager::Secret")}
    example = re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    ids = {"AWS_CLOUDFRONT_KEY_ID"}

    assert plain.keys() | secret.keys() <= set(example)
    assert not plain.keys() & secret.keys()
    assert [each for each in plain.keys() - ids if re.search(r"KEY|SECRET|PASSWORD|TOKEN|DSN|_URL$", each)] == [
        "HUNTAZE_BASE_URL"
    ]
    for source in secret.values():
        assert any(source == each or source.startswith(f"{each}:") for each in known), source


def test_the_empty_secret_has_an_example_with_all_its_names(account: Account) -> None:
    example = json.loads((ROOT / "infra" / "vendors.example.json").read_text())
    _, secret = told(account, "web")
    taken = {source.split(":")[-3] for source in secret.values() if source.endswith("::")}

    assert example.keys() == taken
    assert set(example.values()) == {""}


def test_no_secret_has_a_value_that_somebody_wrote(account: Account) -> None:
    for one in account.of("AWS::SecretsManager::Secret"):
        assert one.properties["KmsKeyId"] == account.outputs["KeyArn"], one.logical_id
        if "SecretString" in one.properties:
            assert RESOLVED.search(one.properties["SecretString"]), one.logical_id


def test_every_process_has_the_image_a_read_only_disk_and_no_root(account: Account) -> None:
    assert set(PROCESSES) == account.tasks.keys() - {"pooler"}
    for name in account.tasks:
        one = container(account, name)
        assert one["readonlyRootFilesystem"] is True
        assert one["user"] == "10001"
        assert [mount["containerPath"] for mount in one["mountPoints"]] == ["/tmp"]
        repository = account.outputs["PoolerRepository" if name == "pooler" else "ImageRepository"]
        assert one["image"].rpartition(":")[0] == repository
        assert one["logConfiguration"]["options"]["awslogs-group"] == account.outputs["LogGroup"]


# --- How it scales ----------------------------------------------------------------------------------------------------


def test_there_is_a_service_for_each_process_but_not_for_one_off_tasks(account: Account) -> None:
    assert account.services.keys() == {*PROCESSES, "pooler"} - {"migrate"}


def test_production_scales_by_what_each_process_is_short_of(production: Account) -> None:
    by = {
        (policy.properties["PolicyName"].rpartition("-")[0], policy.properties["PolicyName"].rpartition("-")[2])
        for policy in production.of("AWS::ApplicationAutoScaling::ScalingPolicy")
    }
    # Backups are made one at a time.
    workers = [name for name in PROCESSES if name.startswith("worker-") and name != "worker-backups"]

    assert by == {("web", "cpu"), ("web", "latency")} | {(name, way) for name in workers for way in ("cpu", "queue")}


def test_the_age_that_workers_scale_by_is_that_of_their_queue(production: Account) -> None:
    aimed_at = {
        policy.properties["PolicyName"].removesuffix("-queue"): policy.properties[
            "TargetTrackingScalingPolicyConfiguration"
        ]["CustomizedMetricSpecification"]
        for policy in production.of("AWS::ApplicationAutoScaling::ScalingPolicy")
        if policy.properties["PolicyName"].endswith("-queue")
    }
    (measured,) = [
        one.properties["MetricTransformations"][0]
        for one in production.of("AWS::Logs::MetricFilter")
        if one.logical_id == "QueueAge"
    ]
    queues = {queue.name for queue in app.conf.task_queues}

    for metric in aimed_at.values():
        assert (metric["Namespace"], metric["MetricName"]) == (measured["MetricNamespace"], measured["MetricName"])
        assert metric["Dimensions"][0]["Value"] in queues


# --- Data and alarms --------------------------------------------------------------------------------------------------


def test_postgresql_is_private_encrypted_and_as_safe_as_its_environment(account: Account) -> None:
    first = account.databases[0]
    for one in account.databases:
        assert (one["PubliclyAccessible"], one["StorageEncrypted"]) == (False, True)
    assert first["EngineVersion"].split(".")[0] == "18"
    assert first["MultiAZ"] is is_production(account)
    assert first["BackupRetentionPeriod"] == (14 if is_production(account) else 3)
    assert len(account.databases) == account.gateways == (2 if is_production(account) else 1)


def test_valkey_is_encrypted_on_its_way_and_fails_over_in_production(account: Account) -> None:
    (one,) = account.of("AWS::ElastiCache::ReplicationGroup")

    assert (one.properties["TransitEncryptionEnabled"], one.properties["AtRestEncryptionEnabled"]) == (True, True)
    assert RESOLVED.fullmatch(one.properties["AuthToken"])
    assert one.properties["SecurityGroupIds"] == [account.outputs["CacheDoor"]]
    assert one.properties["AutomaticFailoverEnabled"] is is_production(account)


def test_every_alarm_is_heard(account: Account) -> None:
    mails = {one.properties["TopicArn"] for one in account.of("AWS::SNS::Subscription")}
    for alarm in account.of("AWS::CloudWatch::Alarm"):
        (topic,) = alarm.properties["AlarmActions"]
        assert topic in mails, alarm.logical_id
        # CloudWatch tells a topic of its own region alone.
        assert (topic == account.outputs["AlarmTopic"]) is not alarm.stack.endswith("-edge"), alarm.logical_id


def test_every_queue_has_an_alarm_that_rings_when_nothing_is_measured(account: Account) -> None:
    late = {
        alarm.properties["Dimensions"][0]["Value"]: alarm.properties["TreatMissingData"]
        for alarm in account.of("AWS::CloudWatch::Alarm")
        if alarm.properties.get("MetricName") == "QueueAge"
    }

    assert late == {queue.name: "breaching" for queue in app.conf.task_queues}


def test_the_edge_keeps_what_is_public_and_nothing_else(account: Account) -> None:
    pages, media = (one.properties["DistributionConfig"] for one in account.of("AWS::CloudFront::Distribution"))
    policies = {one.logical_id: one.physical_resource_id for one in account.of("AWS::CloudFront::CachePolicy")}
    kept = {each["PathPattern"] for each in pages["CacheBehaviors"] if each["CachePolicyId"] == policies["PublicPages"]}

    assert kept == {"/", "/pricing", "/legal/*", "/robots.txt", "/sitemap.xml", "/@*"}
    assert pages["DefaultCacheBehavior"]["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    for distribution in (pages, media):
        assert distribution["WebACLId"].endswith("/Rules/Arn")
        assert distribution["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
        behaviours = [distribution["DefaultCacheBehavior"], *distribution.get("CacheBehaviors", ())]
        assert {each["ViewerProtocolPolicy"] for each in behaviours} <= {"redirect-to-https", "https-only"}
    assert media["DefaultCacheBehavior"]["TrustedKeyGroups"], "media would be public"
