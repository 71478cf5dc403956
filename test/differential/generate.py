#!/usr/bin/python3
"""Generates random cases for every op with PyTorch and writes them to one compressed file.

    python3 test/differential/generate.py [--seed 1] [--cases 6950] [--out FILE] [--op NAME]

Needs PyTorch 1.13 or later (Debian's python3-torch). Uses nothing of inkgrad: the two sides must not share code.
The same PyTorch on the same machine writes the same bytes; see README.md for the format.
"""

import argparse
import os
import pathlib
import sys

# Plain C++ kernels on one thread, without oneDNN: the same bits on any vector unit and number of cores.
os.environ["ATEN_CPU_CAPABILITY"] = "default"
sys.dont_write_bytecode = True

try:
    import torch
except ImportError:
    sys.exit("generate.py: PyTorch is missing; install Debian's python3-torch and libopenblas0-pthread")

import generator.arrangements  # noqa: E402, F401  (registers ops)
import generator.losses  # noqa: E402, F401
from generator.cases import generate  # noqa: E402  (the environment must be set before the import)
from generator.fixture import write  # noqa: E402
from generator.operations import OPERATIONS  # noqa: E402

FIXTURE = pathlib.Path(__file__).resolve().parent / "fixture" / "cases.bin.gz"


def main():
    parser = argparse.ArgumentParser(description="Random cases of every op, computed by PyTorch.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=6950, help="number of cases, divided among the ops by weight")
    parser.add_argument("--out", default=str(FIXTURE))
    parser.add_argument("--op", choices=list(OPERATIONS), help="only this op")
    options = parser.parse_args()

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.backends.mkldnn.enabled = False
    names = [options.op] if options.op else list(OPERATIONS)
    total = sum(OPERATIONS[name].weight for name in names)
    cases = []
    for name in names:
        count = max(1, round(options.cases * OPERATIONS[name].weight / total))
        cases += generate(name, OPERATIONS[name], options.seed, count)
    size = write(options.out, options.seed, cases)
    compared = sum(case["float32"] for case in cases)
    print(f"{options.out}: {len(cases)} cases ({compared} also in float32), {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
