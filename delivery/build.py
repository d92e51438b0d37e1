"""What is known of the build that runs: from CodeBuild's variables, and from the marks that its phases leave."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# In the checkout, so that what one phase leaves is there in the next one.
FOLDER = Path(".build")


@dataclass(frozen=True)
class Build:
    """One build, as a person would name it."""

    project: str
    number: str
    commit: str
    environment: str
    initiator: str
    url: str

    @property
    def name(self) -> str:
        return f"{self.project} {self.number}"

    @property
    def pipeline(self) -> str:
        """Name of the pipeline that started it, and goes on by itself; empty when none did."""
        kind, _, name = self.initiator.partition("/")
        return name if kind == "codepipeline" else ""


def current(environment: Mapping[str, str] = os.environ) -> Build:
    """Return the build that this process belongs to; on a laptop, one that is called so."""
    return Build(
        project=environment.get("CODEBUILD_BUILD_ID", "a laptop").partition(":")[0],
        number=environment.get("CODEBUILD_BUILD_NUMBER", "0"),
        commit=environment.get("CODEBUILD_RESOLVED_SOURCE_VERSION", environment.get("IMAGE_TAG", "unknown")),
        environment=environment.get("ENVIRONMENT", "none"),
        initiator=environment.get("CODEBUILD_INITIATOR", ""),
        url=environment.get("CODEBUILD_BUILD_URL", ""),
    )


def finished(phase: str) -> bool:
    """Say whether a phase left its mark, which is the last of its commands.

    CodeBuild tells of the build as a whole, and is not said to do so before the phase at hand is over.
    """
    return (FOLDER / f"{phase}.done").exists()
