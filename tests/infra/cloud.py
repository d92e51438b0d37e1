"""An AWS account in this process: moto, and a stand-in for each type of resource that moto's CloudFormation cannot make.

A stand-in keeps the properties that it was given, with every reference resolved, so that what is wired to what can be
looked at all the same. It checks nothing else; cfn-lint and checkov do.
"""

from __future__ import annotations

import functools
import os
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from unittest import mock

import boto3

from infra import stacks


def without_openapi() -> None:
    """Let moto be imported: its API gateway, which nothing here uses, wants a package without wheels for every platform."""
    names = (
        "openapi_spec_validator",
        "openapi_spec_validator.validation",
        "openapi_spec_validator.validation.exceptions",
    )
    for name in names:
        sys.modules.setdefault(name, types.ModuleType(name))
    for name, attribute in ((names[0], "validate"), (names[2], "OpenAPIValidationError")):
        if not hasattr(sys.modules[name], attribute):
            setattr(sys.modules[name], attribute, type(attribute, (Exception,), {}))


without_openapi()

import moto.cloudformation.parsing  # noqa: E402, F401  # brings in all that moto can make
from moto import mock_aws  # noqa: E402
from moto.core.common_models import CloudFormationModel as CloudFormationModel  # noqa: E402
from moto.elbv2 import models as elbv2  # noqa: E402
from moto.rds import models as rds  # noqa: E402

STANDS_IN: Final = (
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::Budgets::Budget",
    "AWS::CE::AnomalyMonitor",
    "AWS::CE::AnomalySubscription",
    "AWS::CertificateManager::Certificate",
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::Function",
    "AWS::CloudFront::KeyGroup",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::OriginRequestPolicy",
    "AWS::CloudFront::PublicKey",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::CloudWatch::Alarm",
    "AWS::CodeBuild::Project",
    "AWS::CodePipeline::Pipeline",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::ElastiCache::ParameterGroup",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::SubnetGroup",
    "AWS::Logs::MetricFilter",
    "AWS::S3::BucketPolicy",
    "AWS::SES::ConfigurationSet",
    "AWS::SES::EmailIdentity",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SecretsManager::Secret",
    "AWS::ServiceDiscovery::PrivateDnsNamespace",
    "AWS::ServiceDiscovery::Service",
    "AWS::WAFv2::LoggingConfiguration",
    "AWS::WAFv2::WebACL",
)
"""What moto's CloudFormation cannot make."""


class StandIn:
    made: ClassVar[list[StandIn]] = []

    def __init__(self, kind: str, stack: str, logical_id: str, properties: dict[str, Any]) -> None:
        self.kind = kind
        self.stack = stack
        self.logical_id = logical_id
        self.properties = properties
        self.physical_resource_id = f"arn:aws:stand-in:eu-west-3:123456789012:one:{stack}/{logical_id}"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return f"{self.physical_resource_id}/{attribute_name}"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:  # noqa: ARG003  # moto's form
        return True

    @classmethod
    def create_from_cloudformation_json(  # moto's form
        cls,
        resource_name: str,  # noqa: ARG003
        cloudformation_json: dict[str, Any],
        account_id: str,  # noqa: ARG003
        region_name: str,
        **kwargs: Any,
    ) -> StandIn:
        stack = kwargs["StackId"].split("/")[1]
        one = cls(kwargs["ResourceType"], stack, kwargs["LogicalId"], cloudformation_json["Properties"])
        if one.kind == "AWS::CertificateManager::Certificate":
            # A listener of moto wants one that is there.
            issuer = boto3.client("acm", region_name=region_name)
            one.physical_resource_id = issuer.request_certificate(DomainName=one.properties["DomainName"])[
                "CertificateArn"
            ]
        StandIn.made.append(one)
        return one


@functools.cache
def stand_in(kind: str) -> type[StandIn]:
    """Return a class that moto finds by itself when it meets a resource of this type."""
    return type(
        kind.replace("::", ""),
        # moto looks at its own class's children, and not at theirs.
        (StandIn, CloudFormationModel),
        {"cloudformation_type": staticmethod(lambda: kind), "cloudformation_name_type": staticmethod(lambda: "")},
    )


for one_kind in STANDS_IN:
    stand_in(one_kind)


def mended() -> None:
    """Give what moto makes the names that CloudFormation would give out, and moto does not."""
    rds.DBParameterGroup.physical_resource_id = property(lambda self: self.name)
    told: dict[str, Callable[[Any], str]] = {
        "LoadBalancerFullName": lambda one: one.arn.partition(":loadbalancer/")[2],
        "TargetGroupFullName": lambda one: one.arn.rpartition(":")[2],
        "CanonicalHostedZoneID": lambda one: "Z00000000MOTO",
    }
    kinds: tuple[Any, ...] = (elbv2.FakeLoadBalancer, elbv2.FakeTargetGroup)
    for kind in kinds:
        known: Callable[..., Any] = getattr(kind, "get_cfn_attribute", str)
        kind.get_cfn_attribute = lambda self, name, known=known: told[name](self) if name in told else known(self, name)
        kind.has_cfn_attr = classmethod(lambda cls, attr: True)


mended()


@dataclass(frozen=True, slots=True)
class Account:
    """What is in the account once an environment has been made, as AWS describes it."""

    outputs: dict[str, str]
    stand_ins: list[StandIn]
    groups: list[dict[str, Any]]
    tasks: dict[str, dict[str, Any]]
    services: dict[str, dict[str, Any]]
    databases: list[dict[str, Any]]
    listeners: list[dict[str, Any]]
    rules: list[dict[str, Any]]
    topics: list[str]
    gateways: int

    def of(self, kind: str) -> list[StandIn]:
        found = [one for one in self.stand_ins if one.kind == kind]
        assert found, f"nothing of {kind} was made"
        return found


@contextmanager
def alone() -> Iterator[None]:
    """An empty account, with nothing of the object store that tests use."""
    keys = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": "eu-west-3"}
    others = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with mock.patch.dict(os.environ, others | keys, clear=True), mock_aws():
        yield


@functools.cache
def made(environment: str) -> Account:
    """Make an environment in an account of its own, and return what is there."""
    StandIn.made.clear()
    with alone():
        # The test's own zone of names: a template refers to it by an id that an account has to say.
        zone = boto3.client("route53").create_hosted_zone(Name="huntaze.example", CallerReference="one")["HostedZone"]
        stacks.make(environment, values={"HostedZone": zone["Id"].rpartition("/")[2]})
        return seen(environment, list(StandIn.made))


def seen(environment: str, stand_ins: list[StandIn]) -> Account:
    region = "eu-west-3"
    client: Callable[..., Any] = functools.partial(boto3.client, region_name=region)
    ec2, ecs, elb = client("ec2"), client("ecs"), client("elbv2")
    cloudformation = stacks.clients(region)
    outputs: dict[str, str] = {}
    for stack in stacks.STACKS:
        outputs |= stacks.outputs(cloudformation[stack.region or region], stacks.full_name(environment, stack))
    families = ecs.list_task_definitions()["taskDefinitionArns"]
    tasks = [ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"] for arn in families]
    cluster = outputs["ClusterName"]
    services = ecs.describe_services(cluster=cluster, services=ecs.list_services(cluster=cluster)["serviceArns"])
    (listener,) = elb.describe_listeners(LoadBalancerArn=outputs["LoadBalancerArn"])["Listeners"]
    return Account(
        outputs=outputs,
        stand_ins=stand_ins,
        groups=ec2.describe_security_groups()["SecurityGroups"],
        tasks={task["family"].removeprefix(f"huntaze-{environment}-"): task for task in tasks},
        services={service["serviceName"]: service for service in services["services"]},
        databases=client("rds").describe_db_instances()["DBInstances"],
        listeners=[listener],
        rules=elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"],
        topics=[topic["TopicArn"] for topic in client("sns").list_topics()["Topics"]],
        gateways=len(ec2.describe_nat_gateways()["NatGateways"]),
    )
