"""The object store of a laptop: a server of Amazon's S3 protocol that keeps objects as files."""

import secrets
import signal
import sys
import urllib.error
import urllib.request
from http import HTTPStatus

from devstack import ports
from devstack.part import Part, Site
from devstack.state import write_private

BUCKET = "huntaze-media"
BACKUPS = "huntaze-backups"
REGION = "laptop"


def build(site: Site) -> Part:
    """Describe the server and write down its keys."""
    state = site.state
    port = ports.remembered(state, "s3")
    access = state.remembered("s3_access_key", lambda: "LAPTOP" + secrets.token_hex(7).upper())
    secret = state.remembered("s3_secret_key", lambda: secrets.token_urlsafe(30))
    root = state.root / "s3"
    root.mkdir(mode=0o700, exist_ok=True)
    keys = root / "keys"
    write_private(keys, f"{access}\n{secret}\n")
    return Part(
        name="s3",
        argv=(
            *(sys.executable, "-m", "devstack.s3_server", "--root", str(root), "--keys", str(keys)),
            *("--bucket", BUCKET, "--bucket", BACKUPS, "--host", ports.HOST, "--port", str(port)),
        ),
        provides={
            "AWS_ENDPOINT_URL": f"http://{ports.HOST}:{port}",
            "AWS_STORAGE_BUCKET_NAME": BUCKET,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": access,
            "AWS_SECRET_ACCESS_KEY": secret,
            "HUNTAZE_BACKUP_BUCKET": BACKUPS,
            "HUNTAZE_BACKUP_KEYS": state.remembered("backup_key", lambda: secrets.token_urlsafe(48)),
        },
        is_ready=lambda _life: _answers(port),
        stop=((signal.SIGTERM, 5),),
        when_broken=f"To start with an empty one, move its data away: mv {root} {root}.old",
    )


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://{ports.HOST}:{port}/", timeout=0.3).close()
    except urllib.error.HTTPError as error:
        # It is up when it refuses whoever has no keys.
        return error.code == HTTPStatus.FORBIDDEN
    except OSError:
        return False
    return False
