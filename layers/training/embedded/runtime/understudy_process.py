"""What the server's processes share: how they report, how they end, and that one server owns a folder."""

import fcntl
import json
import os
import signal
import threading
import time
from pathlib import Path


def report(folder: Path, name: str, **facts) -> None:
    """Writes `name`.json whole or not at all."""
    temporary = folder / f"{name}.{os.getpid()}.tmp"
    temporary.write_text(json.dumps(facts))
    temporary.rename(folder / f"{name}.json")


def end_all() -> None:
    """Kills this process's group: the API, the engine and whatever they started."""
    os.killpg(0, signal.SIGKILL)


def end_with_stdin() -> None:
    """Ends the group when the other end of stdin closes, as it does however the owner of that end dies."""

    def watch():
        while os.read(0, 1024):
            pass
        end_all()

    threading.Thread(target=watch, daemon=True).start()


def end_with_parent(parent: int) -> None:
    """Ends the group when the process that started this one is gone."""

    def watch():
        while os.getppid() == parent:
            time.sleep(0.25)
        end_all()

    threading.Thread(target=watch, daemon=True).start()


def own(folder: Path, name: str, patience: float = 15.0) -> bool:
    """Takes the folder's lock `name` for the life of this process. False where another process keeps it."""
    handle = os.open(folder / f"{name}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
