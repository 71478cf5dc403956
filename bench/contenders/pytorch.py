#!/usr/bin/python3
"""PyTorch as a contender, with default settings or tuned (--best); bench/README.md lists the settings.

    python3 pytorch.py WORKLOAD_FOLDER THREADS [--best]

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
FOLDER, THREADS, BEST = sys.argv[1], int(sys.argv[2]), "--best" in sys.argv[3:]
torch.set_num_threads(THREADS)


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
        options = {"foreach": True} if BEST else {}
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3, **options)
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
        loss = self.loss(self.model(x), labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def infer(self, index, count):
        x, _ = self.images(index, count)
        with torch.no_grad():
            return self.inference_model(x)(x)

    def inference_model(self, x):
        """The module, or for --best a traced copy with folded batch norm, created once per batch size."""
        self.model.eval()
        if not BEST:
            return self.model
        if len(x) not in self.frozen:
            traced = torch.jit.freeze(torch.jit.trace(self.model, x))
            self.frozen[len(x)] = torch.jit.optimize_for_inference(traced)
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
        },
    }
)
for line in sys.stdin:
    command = json.loads(line)
    try:
        send(run_check() if command["cmd"] == "check" else run_round(command["task"], command["seconds"]))
    except Exception as error:  # reported to the parent process, which handles it
        send({"error": str(error)})
