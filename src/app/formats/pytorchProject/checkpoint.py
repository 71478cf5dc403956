"""Checkpoints: everything that a run needs to continue as if it had not been interrupted."""

import os
from dataclasses import asdict, dataclass

import torch
import torch.distributed as dist

from distributed import fail, from_first, gather, is_restart
from options import RESULT_SETTINGS


@dataclass
class Progress:
    """Position of a run, and its results so far."""

    epoch: int = 0  # finished epochs
    step: int = 0  # finished steps of the next epoch
    loss_sum: float = 0.0  # over the images of these steps
    correct: float = 0.0
    images: float = 0.0
    best: float = -1.0  # best validation accuracy
    log_bytes: int = 0  # length of the log


def save_atomically(contents, path):
    """Writes a file under a temporary name that is then renamed, so that it is never incomplete."""
    partial = path + ".partial"
    with open(partial, "wb") as file:
        torch.save(contents, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def random_states(device):
    """States of the generators of this process, which draw the dropout masks."""
    cuda = torch.cuda.get_rng_state(device) if device.type == "cuda" else None
    return {"cpu": torch.get_rng_state(), "cuda": cuda}


class Checkpoint:
    """The checkpoint file of a run. `parts` have a state dict: model, optimizer and scheduler."""

    def __init__(self, options, device, parts):
        self.path = options.checkpoint
        self.fresh = options.fresh and not is_restart()
        self.settings = {name: getattr(options, name) for name in RESULT_SETTINGS}
        self.seed = options.seed
        self.device = device
        self.parts = parts

    def save(self, progress):
        """Called by all processes; process 0 writes the file."""
        random = gather(random_states(self.device))
        if dist.get_rank() != 0:
            return
        states = {name: part.state_dict() for name, part in self.parts.items()}
        contents = {"progress": asdict(progress), "random": random, "settings": self.settings, **states}
        save_atomically(contents, self.path)

    def load(self):
        """Restores all parts and the generators; returns the progress, or None if there is no checkpoint.

        Process 0 reads the file and sends it to the others, whose machines need not have it.
        """
        contents = None
        if dist.get_rank() == 0 and os.path.exists(self.path):
            if self.fresh:
                os.remove(self.path)
            else:
                contents = torch.load(self.path, map_location="cpu")
        contents = from_first(contents)
        if contents is None:
            return None
        for name, value in self.settings.items():
            saved = contents["settings"][name]
            if saved != value:
                option = "--" + name.replace("_", "-")
                fail(f"{self.path} has {option} {saved}, not {value}; use {saved}, or --fresh to start again")
        for name, part in self.parts.items():
            part.load_state_dict(contents[name])
        progress = Progress(**contents["progress"])
        self._restore_random(contents["random"], progress)
        return progress

    def _restore_random(self, states, progress):
        rank = dist.get_rank()
        if len(states) == dist.get_world_size():
            torch.set_rng_state(states[rank]["cpu"])
            if self.device.type == "cuda" and states[rank]["cuda"] is not None:
                torch.cuda.set_rng_state(states[rank]["cuda"], self.device)
        else:  # another number of processes: masks that were not used before
            torch.manual_seed(self.seed + 1 + rank + 100_000 * (progress.epoch + 1))
