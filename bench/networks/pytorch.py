#!/usr/bin/python3
"""PyTorch as a contender in the training of six networks, on one thread, with default settings.

    python3 pytorch.py WORKLOAD_FOLDER

Implements the protocol of bench/networks/protocol.ts on stdin and stdout. Requires only PyTorch 1.13 or later.
"""

import importlib
import json
import os
import sys
import time

import torch

torch.set_num_threads(1)
sys.dont_write_bytecode = True  # no __pycache__ beside the sources

FOLDER = sys.argv[1]
#: Modules in this folder, in the order of index.ts.
NETWORKS = ["mlp", "charLstm", "gpt", "autoencoder", "resnet8", "gan"]
CHECK_STEPS = 3


def read_arrays(name):
    """The named arrays of a file of workload.ts."""
    with open(os.path.join(FOLDER, f"{name}.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    with open(os.path.join(FOLDER, f"{name}.f32"), "rb") as file:
        values = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
    arrays, start = {}, 0
    for array in manifest:
        size = torch.Size(array["shape"]).numel()
        arrays[array["name"]] = values[start : start + size].reshape(array["shape"])
        start += size
    return arrays


def batch(array, index, count):
    """Batch number `index` of `count` examples."""
    first = index * count % len(array)
    return array[first : first + count]


class Network:
    """A network in training, from the weights of the workload."""

    def __init__(self, name):
        module = importlib.import_module(name)
        self.model = module.build()
        self.model.load_state_dict(read_arrays(f"{name}-weights"), strict=False)  # no num_batches_tracked
        self.model.train()
        self.step = module.start(self.model, read_arrays(f"{name}-data"), batch)
        self.count = 0

    def check(self):
        parameters = sum(parameter.numel() for parameter in self.model.parameters())
        return {"parameters": parameters, "losses": [self.step(index) for index in range(CHECK_STEPS)]}

    def round(self, task, seconds):
        first, start = self.count, time.perf_counter()
        while True:
            self.step(self.count)
            self.count += 1
            elapsed = time.perf_counter() - start
            if elapsed >= seconds:
                return {"task": task, "steps": self.count - first, "seconds": elapsed}


def send(reply):
    print(json.dumps(reply), flush=True)


networks = {}


def answer(command):
    name = command["task"]
    if command["cmd"] == "check":
        return Network(name).check()
    if name not in networks:
        networks[name] = Network(name)
    return networks[name].round(name, command["seconds"])


send(
    {
        "ready": True,
        "tasks": NETWORKS,
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__},
    }
)
for line in sys.stdin:
    try:
        send(answer(json.loads(line)))
    except Exception as error:  # reported to the parent process, which handles it
        send({"error": str(error).strip().split("\n")[0]})
