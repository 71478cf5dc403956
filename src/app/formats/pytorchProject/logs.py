"""Logs of a run: a file of JSON lines and, if requested, events for TensorBoard. Only process 0 writes them."""

import json
import os


def open_tensorboard(folder, step):
    from torch.utils.tensorboard import SummaryWriter  # not a part of PyTorch

    return SummaryWriter(folder, purge_step=step)  # hides the events of steps that a resumed run repeats


class Log:
    """Appends entries; `start` is the length of the log at the checkpoint from which the run resumes, or 0."""

    def __init__(self, path, start=0, tensorboard=None, step=0):
        self.events = open_tensorboard(tensorboard, step) if tensorboard else None
        self.file = open(path, "ab")
        # Remove the entries of steps after the checkpoint: the run writes them again.
        self.file.truncate(min(start, os.path.getsize(path)))

    def write(self, kind, step, **values):
        """Adds one entry. step: optimizer steps since the start of the run."""
        line = json.dumps({"kind": kind, "step": step, **values})
        self.file.write(line.encode() + b"\n")
        self.file.flush()
        if self.events:
            for name, value in values.items():
                self.events.add_scalar(f"{kind}/{name}", value, step)

    def position(self):
        return self.file.tell()

    def close(self):
        self.file.close()
        if self.events:
            self.events.close()


class NoLog:
    """The log of the other processes."""

    def write(self, kind, step, **values):
        pass

    def position(self):
        return 0

    def close(self):
        pass
