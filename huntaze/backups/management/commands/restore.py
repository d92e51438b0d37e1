"""Bring a backup back, into an empty database. docs/backups.md has the whole way in an emergency."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from huntaze.backups import making, restoring
from huntaze.backups.faults import Fault
from huntaze.backups.manifest import Manifest
from huntaze.backups.programs import Server


class Command(BaseCommand):
    help = "Restore the newest backup, or the one named, into an empty database, and erase again who was erased since."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", nargs="?", default="", help="its name (default: the newest)")
        parser.add_argument("--database-url", default="", help="an empty database (default: the one of DATABASE_URL)")
        parser.add_argument("--site", default=settings.BASE_URL, help="where it was made (default: HUNTAZE_BASE_URL)")
        parser.add_argument(
            "--media",
            choices=["report", "restore", "leave"],
            default="report",
            help="say what the media bucket lacks, bring it back, or do not look",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = restoring.chosen(options["backup"])
            restoring.refuse_another_site(made, options["site"])
            server = Server.at(options["database_url"]) if options["database_url"] else making.own_server()
            self.stdout.write(f"{made.name}, made at {made.made_at:%Y-%m-%d %H:%M:%S} UTC: verifying, then restoring …")
            different = restoring.fill(server, made)
            if different:
                raise CommandError("\n".join(["It is all there, but differs from what was backed up:", *different]))
            rows = sum(rows for rows, _sum in made.tables.values())
            self.stdout.write(f"{len(made.tables)} tables, {rows} rows: the same by number and checksum.")
            self.media(made, options["media"])
            for line in restoring.finish(options["database_url"]):
                self.stdout.write(line)
        except Fault as fault:
            raise CommandError(str(fault)) from fault

    def media(self, made: Manifest, how: str) -> None:
        if how == "leave":
            return
        found = restoring.look_at_media(made, brings_back=how == "restore")
        self.stdout.write(
            f"Media: {found.same} as they were, {found.missing} missing, {found.changed} overwritten, "
            f"{found.brought_back} brought back, {found.lost} that S3 has no more."
        )
        for key in found.examples:
            self.stdout.write(f"  {key}")
        if how == "report" and found.missing + found.changed:
            self.stdout.write("To bring them back: restore_media, with the name of the backup.")
