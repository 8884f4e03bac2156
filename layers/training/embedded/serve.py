"""SkyRL's Tinker API on 127.0.0.1, with an engine process beside it; both end when stdin closes.

Beside the protocol it answers `GET /understudy/instance` with TOKEN, `GET /understudy/checkpoints?path=` with a saved
state as one archive, and `POST /understudy/checkpoints`, which takes one back.

    serve.py --instance TOKEN --folder DIR --port PORT ARGUMENTS OF skyrl.tinker.api ...

DIR keeps the database, the checkpoints and `instances/TOKEN/`, which has to exist: {api,engine}.json in it say when each
part is up.
Port 0 is a free one. Exit codes: 70 the folder belongs to a live server, 71 the port is taken.
"""

import argparse
import os
import shutil
import socket
import sqlite3
import sys
from pathlib import Path

import understudy_process as process

FOLDER_IN_USE, PORT_TAKEN = 70, 71


def main() -> int:
    own = argparse.ArgumentParser(allow_abbrev=False)
    own.add_argument("--instance", required=True)
    own.add_argument("--folder", type=Path, required=True)
    own.add_argument("--port", type=int, required=True)
    options, rest = own.parse_known_args()
    process.end_with_stdin()
    listening = listen(options.port)
    if listening is None:
        return PORT_TAKEN
    if not process.own(options.folder, "api"):
        return FOLDER_IN_USE
    forget_unfinished(options.folder)
    instance = options.folder / "instances" / options.instance
    for left in (options.folder / "instances").iterdir():
        if left != instance:
            shutil.rmtree(left, ignore_errors=True)
    serve(options, rest, instance, listening)
    return 0


def listen(port: int) -> socket.socket | None:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # A restarted server takes its port back while old connections linger; a listening stranger still wins.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen(1024)
        return listening
    except OSError:
        return None


def forget_unfinished(folder: Path) -> None:
    """Removes what a killed server left half done: requests nobody waits for, and checkpoints never finished."""
    database = folder / "tinker.db"
    if not database.exists():
        return
    with sqlite3.connect(database) as connection:
        tables = {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")}
        if "futures" in tables:
            connection.execute("delete from futures where status = 'PENDING'")
        if "checkpoints" in tables:
            left = "select model_id, checkpoint_id, checkpoint_type from checkpoints where status <> 'COMPLETED'"
            for model, checkpoint, kind in connection.execute(left).fetchall():
                inside = "sampler_weights" if kind == "SAMPLER" else "."
                path = folder / "checkpoints" / model / inside / f"{checkpoint}.tar.gz"
                shutil.rmtree(path, ignore_errors=True)
                path.unlink(missing_ok=True)
            connection.execute("delete from checkpoints where status <> 'COMPLETED'")
    connection.close()


def serve(options: argparse.Namespace, rest: list[str], instance: Path, listening: socket.socket) -> None:
    import checkpoints
    import uvicorn
    from fastapi import HTTPException, Request, Response
    from fastapi.concurrency import run_in_threadpool
    from skyrl.tinker import api
    from skyrl.tinker.config import EngineConfig, add_model, config_to_argv
    from skyrl.utils.log import get_uvicorn_log_config

    def answer(work):
        try:
            return work()
        except checkpoints.Refused as refused:
            raise HTTPException(refused.status, refused.detail) from refused

    parser = argparse.ArgumentParser(allow_abbrev=False)
    add_model(parser, EngineConfig)
    config = EngineConfig.model_validate(vars(parser.parse_args(rest)))

    # SkyRL would start its engine by repeating an `uv run` command line found in the parent process.
    engine = [sys.executable, str(Path(__file__).with_name("engine.py")), str(os.getpid()), str(instance)]
    api._build_uv_run_cmd_engine = lambda _parent, of: [*engine, *config_to_argv(of)]

    @api.app.get("/understudy/instance")
    async def which_instance():
        return {"instance": options.instance}

    @api.app.get("/understudy/checkpoints")
    def pack(path: str):
        return answer(lambda: Response(checkpoints.pack(options.folder, path), media_type="application/octet-stream"))

    @api.app.post("/understudy/checkpoints")
    async def unpack(request: Request):
        packed = await request.body()
        return await run_in_threadpool(answer, lambda: {"path": checkpoints.unpack(options.folder, packed)})

    api.app.state.engine_config = config
    port = listening.getsockname()[1]
    process.report(instance, "api", pid=os.getpid(), port=port)
    uvicorn.Server(
        uvicorn.Config(api.app, log_config=get_uvicorn_log_config(), timeout_keep_alive=api.HTTP_KEEP_ALIVE_TIMEOUT_SECONDS)
    ).run(sockets=[listening])


if __name__ == "__main__":
    sys.exit(main())
