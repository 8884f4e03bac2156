"""SkyRL's engine, ended with the API process that started it: engine.py PARENT_PID INSTANCE_FOLDER ARGUMENTS ..."""

import os
import sys
from pathlib import Path

import understudy_process as process

FOLDER_IN_USE = 70


def main() -> int:
    parent, instance = int(sys.argv.pop(1)), Path(sys.argv.pop(1))
    process.end_with_parent(parent)
    if not process.own(instance.parent.parent, "engine"):
        return FOLDER_IN_USE
    from skyrl.backends import jax
    from skyrl.tinker import engine
    from skyrl.tx.utils import models

    jax.round_up_seq_len = models.round_up_seq_len = coarser(models.round_up_seq_len)

    class ReportingEngine(engine.TinkerEngine):
        def run(self):
            process.report(instance, "engine", pid=os.getpid())
            super().run()

        def find_batchable_sample(self, session):
            # A batch is padded to its full size whatever it holds: while requests are still coming in, they are waited for.
            found = super().find_batchable_sample(session)
            waiting = 0 < len(found) < self.backend.config.sample_max_num_sequences and len(found) != self.seen
            self.seen = len(found) if waiting else 0
            return {} if waiting else found

        seen = 0

    engine.TinkerEngine = ReportingEngine
    engine.main()
    return 0


def coarser(round_up_seq_len):
    """Every length is a program to compile, which costs more than the padding it saves: 64, 128, 192, 256, 384 ..."""

    def rounded(length: int) -> int:
        bucket = round_up_seq_len(max(length, 64))
        return 128 if bucket == 96 else bucket

    return rounded


if __name__ == "__main__":
    sys.exit(main())
