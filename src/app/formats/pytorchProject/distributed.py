"""The group of processes that train together, and what they exchange."""

import os

import torch
import torch.distributed as dist


def start():
    """Joins the processes that torchrun started, or forms a group of one; returns the device of this process."""
    has_gpu = torch.cuda.is_available()
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if has_gpu else torch.device("cpu")
    if has_gpu:
        torch.cuda.set_device(device)
    backend = "nccl" if has_gpu else "gloo"
    if "RANK" in os.environ:
        dist.init_process_group(backend)
    else:  # without torchrun; the store needs no port, so several runs on one machine do not collide
        dist.init_process_group(backend, store=dist.HashStore(), rank=0, world_size=1)
    return device


def is_restart():
    """True if torchrun has started this process again after a failure."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")) > 0


def total(values):
    """Sum of a tensor over all processes."""
    values = values.clone()
    dist.all_reduce(values)
    return values


def largest(number, device):
    """Maximum of a whole number over all processes."""
    value = torch.tensor(number, device=device)
    dist.all_reduce(value, op=dist.ReduceOp.MAX)
    return int(value)


def gather(value):
    """List of the values of all processes, in the order of their ranks."""
    values = [None] * dist.get_world_size()
    dist.all_gather_object(values, value)
    return values


def from_first(value):
    """The value of process 0."""
    values = [value]
    dist.broadcast_object_list(values, 0)
    return values[0]


def fail(message):
    """Ends every process with code 1 after an error that all of them have found; process 0 prints it."""
    raise SystemExit(message if dist.get_rank() == 0 else 1)
