"""Saved training states as one archive: tar, zstd, of the checkpoint's files and `model.json`, its database row.

An imported state is named by the hash of its archive, so importing it again, or into a server that has a model of the
same name as the one it came from, changes nothing.
"""

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import tarfile
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

import zstandard

FORMAT = 1
PATH = re.compile(r"tinker://([A-Za-z0-9_-]+)/weights/([A-Za-z0-9_-]+)")

# The presence of this file counts; its text would name the folder of the server that wrote it.
COMMITTED = b"committed\n"


class Refused(Exception):
    def __init__(self, status: int, detail: str):
        super().__init__(detail)
        self.status, self.detail = status, detail


def pack(folder: Path, path: str) -> bytes:
    """The training state at `tinker://MODEL/weights/NAME`."""
    found = PATH.fullmatch(path)
    if found is None:
        raise Refused(400, f"{path} is no saved training state; those are tinker://MODEL/weights/NAME")
    model, name = found.groups()
    with closing(connect(folder)) as database:
        row = database.execute(
            "select m.base_model, m.lora_config from checkpoints c join models m using (model_id) "
            "where c.model_id = ? and c.checkpoint_id = ? and c.checkpoint_type = 'TRAINING' and c.status = 'COMPLETED'",
            (model, name),
        ).fetchone()
    files = checkpoint(folder, model, name)
    if row is None or not files.exists():
        raise Refused(404, f"no finished checkpoint at {path}")
    described = {"format": FORMAT, "base_model": row[0], "lora_config": json.loads(row[1])}
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as tar:
        add(tar, "model.json", json.dumps(described, sort_keys=True).encode())
        for file in sorted(one for one in files.rglob("*") if one.is_file()):
            content = COMMITTED if file.name == "commit_success.txt" else file.read_bytes()
            add(tar, f"state/{file.relative_to(files).as_posix()}", content)
    return zstandard.ZstdCompressor(level=3).compress(archive.getvalue())


def unpack(folder: Path, packed: bytes) -> str:
    """Makes a packed state restorable, and gives its path."""
    model, name = f"import_{hashlib.sha256(packed).hexdigest()[:32]}", "state"
    path = f"tinker://{model}/weights/{name}"
    target = checkpoint(folder, model, name)
    temporary = target.with_name(f"{name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        described = extract(packed, temporary)
        if not target.exists():
            (temporary / "state").rename(target)
    except (OSError, ValueError, KeyError, EOFError, tarfile.TarError, zstandard.ZstdError) as error:
        raise Refused(400, f"not a packed training state: {error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    now = datetime.now(timezone.utc).replace(tzinfo=None).isoformat(" ")
    with closing(connect(folder)) as database, database:
        database.execute(
            "insert or ignore into models (model_id, base_model, lora_config, status, request_id, session_id, created_at) "
            "values (?, ?, ?, 'unloaded', 0, 'imported', ?)",
            (model, described["base_model"], json.dumps(described["lora_config"]), now),
        )
        database.execute(
            "insert or ignore into checkpoints (model_id, checkpoint_id, checkpoint_type, status, created_at, completed_at) "
            "values (?, ?, 'TRAINING', 'COMPLETED', ?, ?)",
            (model, name, now, now),
        )
    return path


def extract(packed: bytes, into: Path) -> dict:
    into.mkdir(parents=True)
    with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)) as plain:
        with tarfile.open(fileobj=plain, mode="r|") as tar:
            tar.extractall(into, filter="data")
    described = json.loads((into / "model.json").read_text())
    if described["format"] != FORMAT:
        raise ValueError(f"format {described['format']}, where this server reads {FORMAT}")
    if not (into / "state").is_dir():
        raise ValueError("it holds no state")
    return described


def add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))


def checkpoint(folder: Path, model: str, name: str) -> Path:
    """Where SkyRL keeps a training state: a folder, whatever its name says."""
    return folder / "checkpoints" / model / f"{name}.tar.gz"


def connect(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "tinker.db", timeout=30)
