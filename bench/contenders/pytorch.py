#!/usr/bin/python3
"""PyTorch as a contender, with default settings, tuned, or in bfloat16; bench/README.md lists the settings.

    python3 pytorch.py WORKLOAD_FOLDER THREADS [default|best|bf16]

THREADS is set explicitly, because some builds use only half of the processors by default.

Implements bench/compare/protocol.ts on stdin and stdout. Requires only PyTorch 1.13 or later.
"""

import json
import os
import sys
import time

import torch
from torch import nn

BATCH, CLASSES, CHECK_STEPS = 64, 47, 2
FOLDER, THREADS = sys.argv[1], int(sys.argv[2])
MODE = sys.argv[3] if len(sys.argv) > 3 else "default"
BEST, BFLOAT16 = MODE != "default", MODE == "bf16"
VERSION = tuple(int(part) for part in torch.__version__.split(".")[:2])
torch.set_num_threads(THREADS)


def autocast(cache=True):
    """For bf16: convolutions and matrix products compute in bfloat16; weights and losses stay float32."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=BFLOAT16, cache_enabled=cache)


def adam(parameters):
    """Adam in one call for all parameters, if tuned: fused where PyTorch has it on the CPU (2.4), else foreach."""
    if not BEST:
        return torch.optim.Adam(parameters, lr=1e-3)
    option = "fused" if VERSION >= (2, 4) else "foreach"
    return torch.optim.Adam(parameters, lr=1e-3, **{option: True})


def read_floats(name):
    """Reads a file of little-endian float32 into a new tensor."""
    with open(os.path.join(FOLDER, name), "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.float32)


class CharacterNet(nn.Module):
    """The network of src/app/model/characterNet.ts, with the same layers and names."""

    def __init__(self, dropout):
        super().__init__()
        blocks = []
        for inputs, outputs in [(1, 32), (32, 64), (64, 128)]:
            blocks += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]
        self.conv_layers = nn.Sequential(*blocks)
        self.fc_layers = nn.Sequential(
            nn.Linear(128 * 3 * 3, 256), nn.ReLU(), nn.Dropout(dropout), nn.Linear(256, CLASSES)
        )

    def forward(self, x):
        return self.fc_layers(torch.flatten(self.conv_layers(x), 1))


def load_weights(model):
    with open(os.path.join(FOLDER, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    values, start, state = read_floats("weights.f32"), 0, {}
    for array in manifest["weights"]:
        size = torch.Size(array["shape"]).numel()
        state[array["name"]] = values[start : start + size].reshape(array["shape"])
        start += size
    model.load_state_dict(state, strict=False)  # the workload has no num_batches_tracked


class Learner:
    def __init__(self, dropout):
        self.model = CharacterNet(dropout)
        load_weights(self.model)
        if BEST:
            self.model = self.model.to(memory_format=torch.channels_last)
        self.optimizer = adam(self.model.parameters())
        self.loss = nn.CrossEntropyLoss()
        self.frozen = {}

    def images(self, index, count):
        first = index * count % len(LABELS)
        x = IMAGES[first : first + count]
        return (x.to(memory_format=torch.channels_last) if BEST else x), LABELS[first : first + count]

    def train(self, index):
        self.model.train()
        x, labels = self.images(index, BATCH)
        self.optimizer.zero_grad()
        with autocast():
            loss = self.loss(self.model(x), labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def infer(self, index, count):
        x, _ = self.images(index, count)
        # A trace must not contain the casts of weights that autocast has cached.
        with torch.inference_mode() if BEST else torch.no_grad(), autocast(cache=False):
            return self.inference_model(x)(x).float()

    def inference_model(self, x):
        """The module, or if tuned a traced copy with folded batch norm, created once per batch size."""
        self.model.eval()
        if not BEST:
            return self.model
        if len(x) not in self.frozen:
            frozen = torch.jit.freeze(torch.jit.trace(self.model, x))
            # With Debian's PyTorch 2.6, the second call of an optimized module does not return.
            self.frozen[len(x)] = frozen if VERSION >= (2, 0) else torch.jit.optimize_for_inference(frozen)
        return self.frozen[len(x)]


IMAGES = read_floats("images.f32").reshape(-1, 1, 28, 28)
LABELS = read_floats("labels.f32").long()
learner = Learner(0.5)
TASKS = {
    "train": learner.train,
    "infer64": lambda index: learner.infer(index, 64),
    "infer1": lambda index: learner.infer(index, 1),
}
COUNTS = dict.fromkeys(TASKS, 0)


def run_round(task, seconds):
    step, first, start = TASKS[task], COUNTS[task], time.perf_counter()
    while True:
        step(COUNTS[task])
        COUNTS[task] += 1
        elapsed = time.perf_counter() - start
        if elapsed >= seconds:
            return {"task": task, "steps": COUNTS[task] - first, "seconds": elapsed}


def run_check():
    fresh = Learner(0.0)
    logits = fresh.infer(0, BATCH)
    evaluation = fresh.loss(logits, LABELS[:BATCH]).item()
    return {"evaluation": evaluation, "training": [fresh.train(step) for step in range(CHECK_STEPS)]}


def send(reply):
    print(json.dumps(reply), flush=True)


send(
    {
        "ready": True,
        "tasks": list(TASKS),
        "versions": {
            "python": sys.version.split()[0],
            "torch": torch.__version__,
            "threads": str(torch.get_num_threads()),
            "mode": MODE,
        },
    }
)
for line in sys.stdin:
    command = json.loads(line)
    try:
        send(run_check() if command["cmd"] == "check" else run_round(command["task"], command["seconds"]))
    except Exception as error:  # reported to the parent process, which handles it
        send({"error": str(error).strip().split("\n")[0]})
