"""Trains the network in one process or, with torchrun, in several.

    python train.py --data path/to/emnist
    torchrun --nproc_per_node 4 train.py --data path/to/emnist

The recipe is inkgrad's: Adam, batch size 64, ReduceLROnPlateau, validation on held-out training images. The test part
is not used. A run that was interrupted resumes from its checkpoint. README.md explains what changes with several
processes.
"""

import sys

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

import distributed
from checkpoint import Checkpoint, Progress
from data import make_loaders
from logs import Log, NoLog
from network import CharacterNet, load_model
from options import read_options
from stopping import StopSignal
from training import Training


def make_model(options, device):
    """Returns the network, equal on all processes, and the class names."""
    torch.manual_seed(options.seed)
    loaded, names = load_model(options.model)
    initial = CharacterNet(len(names), input_size=loaded.input_size, **loaded.architecture)
    model = loaded if options.warm else initial
    model.fc_layers[2].p = options.dropout
    if options.sync_batch_norm:
        model = torch.nn.SyncBatchNorm.convert_sync_batchnorm(model)
    return model.to(device), names


def parallelize(model, options, device):
    """The network for training: gradients are averaged over all processes."""
    parallel = DistributedDataParallel(
        model,
        device_ids=[device] if device.type == "cuda" else None,
        gradient_as_bucket_view=True,
    )
    return torch.compile(parallel) if options.compile else parallel


def train(options, device, stop):
    """Returns 0, or the number of the signal that stopped the run."""
    rank = dist.get_rank()
    parts = dist.get_world_size() * options.accumulate
    if options.batch_size % parts != 0:
        distributed.fail(f"--batch-size {options.batch_size} is not divisible by {parts} (processes x --accumulate)")
    model, names = make_model(options, device)
    parallel = parallelize(model, options, device)
    train_loader, val_loader = make_loaders(options, device, model.input_size, names)
    optimizer = torch.optim.Adam(model.parameters(), lr=options.lr)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="min", patience=2)
    torch.manual_seed(options.seed + 1 + rank)  # different dropout masks in each process

    checkpoint = Checkpoint(options, device, {"model": model, "optimizer": optimizer, "scheduler": scheduler})
    resumed = checkpoint.load()
    progress = resumed or Progress()
    if rank == 0 and resumed:
        print(f"resumed {options.checkpoint}: epoch {progress.epoch + 1}, after step {progress.step}", flush=True)
    start = progress.epoch * train_loader.sampler.steps + progress.step
    log = Log(options.log, progress.log_bytes, options.tensorboard, start) if rank == 0 else NoLog()
    training = Training(options, device, model, parallel, optimizer, scheduler, train_loader, val_loader, names)
    signal = training.run(progress, checkpoint, log, stop)
    log.close()
    if rank == 0 and signal != 0:
        print(f"stopped by signal {signal}; the same command resumes from {options.checkpoint}", flush=True)
    return signal


def main():
    options = read_options(__doc__)
    stop = StopSignal()
    device = distributed.start()
    # `train` is a function so that DistributedDataParallel ends before its group: in PyTorch 1.13 a process whose DDP
    # outlives the group may never end.
    signal = train(options, device, stop)
    dist.destroy_process_group()
    if signal != 0:
        sys.exit(128 + signal)


if __name__ == "__main__":
    main()
