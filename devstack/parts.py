"""The table of parts. A new one is a module with a `build` function and a line here."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from devstack import app, mail, model, postgres, s3, stripe, valkey
from devstack.part import Part, Site
from devstack.refusal import Refusal


@dataclass(frozen=True)
class Entry:
    """A part by name: what builds it, and the variables that each point to a real service in its place."""

    name: str
    build: Callable[[Site], Part]
    replaced_by: tuple[str, ...] = ()


TABLE = (
    Entry("postgres", postgres.build, replaced_by=("DATABASE_URL",)),
    Entry("valkey", valkey.build, replaced_by=("REDIS_URL",)),
    Entry(
        "model",
        model.build,
        replaced_by=("OPENAI_API_KEY", "OPENAI_BASE_URL", "AZURE_OPENAI_ENDPOINT", "HUNTAZE_LOCAL_MODEL_URL"),
    ),
    Entry("s3", s3.build, replaced_by=("AWS_ENDPOINT_URL", "AWS_STORAGE_BUCKET_NAME")),
    Entry("stripe", stripe.build, replaced_by=("STRIPE_SECRET_KEY", "STRIPE_API_HOST")),
    Entry("mail", mail.build, replaced_by=("HUNTAZE_EMAIL_URL",)),
    Entry("css", app.css),
    Entry("messages", app.messages),
    Entry("database", app.database),
    Entry("web", app.web),
    Entry("worker-interactive", app.worker_interactive),
    Entry("worker-publishing", app.worker_publishing),
    Entry("worker-background", app.worker_background),
    Entry("worker-media", app.worker_media),
    Entry("worker-backups", app.worker_backups),
    Entry("beat", app.beat),
)


class NoSuchPart(Refusal):
    """A name that is not in the table."""


def services() -> list[str]:
    """Return the parts that stand for something of the cloud, by name."""
    return [entry.name for entry in TABLE if entry.replaced_by]


def build(site: Site, wanted: Collection[str] | None = None) -> list[Part]:
    """Build the wanted parts (all of them when None), save those that a real service replaces.

    Raises NoSuchPart, and the Refusal of a part that cannot start.
    """
    names = [entry.name for entry in TABLE]
    for name in wanted or ():
        if name not in names:
            raise NoSuchPart(f"There is no part {name!r}: choose from {', '.join(names)}.")
    return [
        entry.build(site)
        for entry in TABLE
        if (wanted is None or entry.name in wanted) and not replacement(entry, site)
    ]


def replacement(entry: Entry, site: Site) -> str | None:
    """Return the variable that replaces this part, if one is set."""
    return next((variable for variable in entry.replaced_by if site.environment.get(variable)), None)
