"""Starts the deployment of a build that went well: `python -m delivery.deployment`.

A build that a pipeline started is deployed by that pipeline, which asks a person first where that is wanted. Any other one
starts the pipeline DEPLOY_PIPELINE with its commit; without that variable nothing is deployed.
"""

from __future__ import annotations

import os
import sys

import boto3
from botocore.exceptions import ClientError

from delivery import build
from delivery.build import Build


def main() -> int:
    """Return an exit code."""
    try:
        sys.stdout.write(f"{start(build.current(), os.environ.get('DEPLOY_PIPELINE', ''))}\n")
    except ClientError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def start(here: Build, pipeline: str) -> str:
    """Start what deploys, unless it goes on by itself, and return a sentence for the log. Raises ClientError."""
    if here.pipeline:
        return f"The pipeline {here.pipeline} goes on with {here.commit[:12]}."
    if not pipeline:
        return "DEPLOY_PIPELINE is not set: nothing is deployed."
    begun = boto3.client("codepipeline").start_pipeline_execution(
        name=pipeline,
        # A build that is asked to deploy twice does so once.
        clientRequestToken=f"{here.number}-{here.commit[:40]}",
        sourceRevisions=[{"actionName": "commit", "revisionType": "COMMIT_ID", "revisionValue": here.commit}],
    )
    return f"The pipeline {pipeline} begins with {here.commit[:12]}: {begun['pipelineExecutionId']}"


if __name__ == "__main__":
    sys.exit(main())
