"""Tells a Slack channel, by an incoming webhook. Its address is the secret."""

from __future__ import annotations

from delivery import posting
from delivery.build import Build


def tell(webhook: str, build: Build, failed: str) -> None:
    """Say in which phase the build failed. Raises posting.Refused."""
    line = f"Build failed: {build.name} in {failed}"
    facts = [f"*Commit*\n`{build.commit[:12]}`", f"*Environment*\n{build.environment}", f"*Phase*\n{failed}"]
    blocks: list[dict[str, object]] = [
        {"type": "header", "text": {"type": "plain_text", "text": line[:150]}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": fact} for fact in facts]},
    ]
    if build.url:
        button = {"type": "button", "text": {"type": "plain_text", "text": "Open the log"}, "url": build.url}
        blocks.append({"type": "actions", "elements": [button]})
    # The text is what a telephone shows in place of the blocks.
    answer = posting.post(webhook, {"text": line, "blocks": blocks})
    if answer.strip() != "ok":
        raise posting.Refused("the answer is not Slack's")
