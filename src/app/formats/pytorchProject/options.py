"""The command line of train.py."""

import argparse
import importlib.util
import os

import torch

# Settings that change the result: a run can be resumed only with the same ones.
RESULT_SETTINGS = (
    "split",
    "transposed",
    "warm",
    "batch_size",
    "accumulate",
    "lr",
    "dropout",
    "val_fraction",
    "seed",
    "amp",
    "sync_batch_norm",
)


def read_options(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="EMNIST, MNIST or .npz files, or a folder of images per class")
    parser.add_argument("--split", default="balanced", help="EMNIST split (default: balanced)")
    parser.add_argument("--transposed", action="store_true", help="MNIST or .npz files store images transposed")
    parser.add_argument("--cache", default="cache", help="folder of the memory-mapped images (default: cache)")
    parser.add_argument("--model", default="model.pth", help="source of class names and, with --warm, weights")
    parser.add_argument("--warm", action="store_true", help="initialize from the weights of the model")
    parser.add_argument("--out", default="trained.pth", help="output file for the best weights (default: trained.pth)")

    recipe = parser.add_argument_group("recipe")
    recipe.add_argument("--epochs", type=int, default=20)
    recipe.add_argument("--batch-size", type=int, default=64, help="images per step, over all processes")
    recipe.add_argument("--lr", type=float, default=0.001)
    recipe.add_argument("--dropout", type=float, default=0.5)
    recipe.add_argument("--val-fraction", type=float, default=0.1, help="share of the training images held out")
    recipe.add_argument("--seed", type=int, default=42)

    memory = parser.add_argument_group("speed and memory")
    memory.add_argument("--accumulate", type=int, default=1, help="parts of a batch, computed one after the other")
    memory.add_argument("--amp", choices=("off", "bf16"), default="off", help="bf16: mixed precision with bfloat16")
    memory.add_argument("--sync-batch-norm", action="store_true", help="batch norm over all processes (GPUs only)")
    memory.add_argument("--compile", action="store_true", help="torch.compile (PyTorch 2.0 or later)")
    memory.add_argument("--workers", type=int, default=0, help="processes that load batches, per training process")

    jobs = parser.add_argument_group("long jobs")
    jobs.add_argument("--checkpoint", help="file from which the run resumes (default: OUT with .checkpoint.pth)")
    jobs.add_argument("--checkpoint-every", type=int, default=500, help="steps between checkpoints (default: 500)")
    jobs.add_argument("--check-every", type=int, default=20, help="steps between log entries and checks (default: 20)")
    jobs.add_argument("--fresh", action="store_true", help="ignore and replace an existing checkpoint")
    jobs.add_argument("--log", help="JSON-lines file (default: OUT with .jsonl)")
    jobs.add_argument("--tensorboard", metavar="FOLDER", help="write TensorBoard events to this folder")

    options = parser.parse_args()
    for name in ("epochs", "batch_size", "accumulate", "checkpoint_every", "check_every"):
        if getattr(options, name) < 1:
            parser.error(f"--{name.replace('_', '-')} is {getattr(options, name)}, must be at least 1")
    if options.sync_batch_norm and not torch.cuda.is_available():
        parser.error("--sync-batch-norm requires GPUs: SyncBatchNorm of PyTorch does not run on CPUs")
    if options.compile and not hasattr(torch, "compile"):
        parser.error(f"--compile requires PyTorch 2.0 or later, this is {torch.__version__}")
    if options.tensorboard and importlib.util.find_spec("tensorboard") is None:
        parser.error("--tensorboard requires the package tensorboard; install it with pip install tensorboard")
    base = os.path.splitext(options.out)[0]
    options.checkpoint = options.checkpoint or base + ".checkpoint.pth"
    options.log = options.log or base + ".jsonl"
    return options
