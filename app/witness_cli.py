"""The witness's own command, for the auditor's office. It reads no settings of the line's."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from app import logs
from app.clock import WallClock
from app.witness.door import door_of
from app.witness.office import witness_in


def witness(
    folder: Annotated[Path, typer.Argument(help="Where it keeps its key and what it saw. Back it up.")],
    name: Annotated[str | None, typer.Option(help="Its name, once: witness.example.org/dygnet.")] = None,
    log: Annotated[list[str] | None, typer.Option("--log", help="A log's key, to watch it from now on.")] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8480,
    key_only: Annotated[bool, typer.Option("--key-only", help="Only print its public key.")] = False,
) -> None:
    """Sign the checkpoints of logs that grow and never change. Run it where the line's administrators have no say."""
    watching = witness_in(folder, name=name, logs=log or ())
    print(watching.signer.verifier_key, flush=True)
    if key_only:
        return
    logs.start("INFO")
    door = door_of(watching, WallClock())
    uvicorn.run(
        door,
        host=host,
        port=port,
        workers=1,  # whatever the host is set to: an app at hand can be no others'
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
    )
