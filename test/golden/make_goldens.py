#!/usr/bin/python3
"""Writes the golden fixtures of inkgrad's tests with PyTorch. Run it, review the diff, commit the fixtures.

    python3 test/golden/make_goldens.py [fixture ...]

Needs PyTorch 1.13 or later (Debian's python3-torch). Uses nothing of inkgrad: the two sides must not share code.
The same PyTorch on the same machine writes the same bytes; see README.md for the format and every field.
"""

import os
import sys

# Plain C++ kernels on one thread, without oneDNN: the same bits on any vector unit and number of cores.
os.environ["ATEN_CPU_CAPABILITY"] = "default"
sys.dont_write_bytecode = True

import torch  # noqa: E402  (the environment must be set before the import)

from generator import layers, optimizers, pointwise, schedules, sequences, trace  # noqa: E402
from generator.fixture import write_fixture  # noqa: E402

FIXTURES = {
    "conv2d": layers.conv2d,
    "batchnorm": layers.batchnorm,
    "pool": layers.pool,
    "loss": pointwise.loss,
    "activation": pointwise.activation,
    "optim": optimizers.optim,
    "init": optimizers.init,
    "plateau": schedules.plateau,
    "schedule": schedules.schedule,
    "sequence": sequences.sequence,
    "trace": trace.trace,
}


def main(names):
    unknown = [name for name in names if name not in FIXTURES]
    if unknown:
        sys.exit(f"unknown fixture {unknown[0]}: choose from {', '.join(FIXTURES)}")
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.backends.mkldnn.enabled = False
    for name in names or FIXTURES:
        cases = FIXTURES[name]()
        size = write_fixture(name, cases)
        print(f"{name}.json  {len(cases):3d} cases  {size / 1000:6.1f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
