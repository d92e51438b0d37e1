"""Amazon's CDN, which forgets by address. The one file that speaks with it."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from accounts.public_pages import ALL, SITE
from huntaze.edge.failing import NotForgotten

if TYPE_CHECKING:
    from types_boto3_cloudfront.client import CloudFrontClient
    from types_boto3_cloudfront.type_defs import InvalidationBatchTypeDef

OURS: Final = ("/", "/?*", "/pricing*", "/legal/*", "/robots.txt*", "/sitemap.xml*")
EVERY_CREATOR: Final = "/@*"
MOST_CREATORS: Final = 5
"""In one call. Amazon works on at most 15 addresses with a star at a time, and is paid for each, however much it covers."""


def paths(tags: Sequence[str]) -> list[str]:
    """Return the addresses of the pages with the tags, with whatever follows them: older posts, other languages."""
    found: set[str] = set()
    creators = {tag for tag in tags if tag.startswith("@")}
    if ALL in tags or len(creators) > MOST_CREATORS:
        found.add(EVERY_CREATOR)
    else:
        found.update(f"/{tag}*" for tag in creators)
    if ALL in tags or SITE in tags:
        found.update(OURS)
    return sorted(found)


@functools.cache
def client() -> CloudFrontClient:
    return boto3.client(
        "cloudfront",
        aws_access_key_id=settings.AWS_S3_ACCESS_KEY_ID or None,
        aws_secret_access_key=settings.AWS_S3_SECRET_ACCESS_KEY or None,
        # It has one address for the world.
        region_name="us-east-1",
        config=Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "max_attempts": 2}),
    )


class CloudFront:
    """Told of all that changed in a sweep by one call."""

    # Each address costs, so it is told once, when what was being made at the change has been answered.
    rounds: Sequence[timedelta] = (timedelta(seconds=5),)
    at_once = False

    def __init__(self, distribution: str) -> None:
        self.distribution = distribution

    def forget(self, tags: Sequence[str]) -> None:
        items = paths(tags)
        if not items:
            return
        batch: InvalidationBatchTypeDef = {
            "Paths": {"Quantity": len(items), "Items": items},
            "CallerReference": str(uuid.uuid4()),
        }
        try:
            client().create_invalidation(DistributionId=self.distribution, InvalidationBatch=batch)
        except (ClientError, BotoCoreError) as error:
            # Too many at a time is one of these: they wait for each other.
            raise NotForgotten(str(error)) from error
