#!/usr/bin/python3
"""The original recipe in PyTorch with the protocol of `inkgrad train`; the reference for `--recipe original`.

    node dist/bench/recipes/split.js --data DIR --seed 1 > split-1.json
    python3 bench/recipes/original.py --data DIR --indices split-1.json --out pytorch-1.json

Network, images, split, batch size, Adam and schedule are the same. The first epoch with the highest validation accuracy is
kept and evaluated on the test files once, at the end. Initial weights, order of images and dropout masks come from PyTorch's
generator, seeded with the seed. Requires PyTorch 1.13 or later. The network and the file reader are those of
`inkgrad export --to pytorch`.
"""

import argparse
import copy
import json
import os
import sys
import time

import torch
from torch.nn.functional import cross_entropy

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "src", "app", "formats", "pytorchProject"))
sys.dont_write_bytecode = True

from emnist import normalize, read_part  # noqa: E402: the path is set just above
from network import CharacterNet  # noqa: E402

LOOK_ALIKES = ["1IL", "9gq", "Ff", "0O"]  # as in src/data/emnist/lookAlikes.ts


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder of the official EMNIST files")
    parser.add_argument("--indices", required=True, help="JSON file written by dist/bench/recipes/split.js")
    parser.add_argument("--out", required=True, help="JSON file to write")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def class_names(folder, split):
    """The first character of each line of the mapping, in the order of the labels."""
    with open(os.path.join(folder, f"emnist-{split}-mapping.txt"), encoding="ascii") as file:
        rows = sorted([int(word) for word in line.split()] for line in file if line.strip())
    return [chr(row[1]) for row in rows]


def batches(images, labels, order, size):
    for indices in order.split(size):
        yield normalize(images[indices]).to(memory_format=torch.channels_last), labels[indices]


def train_epoch(model, optimizer, data, order):
    model.train()
    loss_sum, correct = 0.0, 0
    for images, labels in batches(*data, order, 64):
        logits = model(images)
        loss = cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(labels)
        correct += int((logits.argmax(1) == labels).sum())
    return loss_sum / len(order), correct / len(order)


@torch.no_grad()
def evaluate(model, data, order):
    """Mean loss, accuracy, and the predicted class of each image."""
    model.eval()
    loss_sum, predictions = 0.0, []
    for images, labels in batches(*data, order, 250):
        logits = model(images)
        loss_sum += cross_entropy(logits, labels, reduction="sum").item()
        predictions.append(logits.argmax(1))
    predictions = torch.cat(predictions)
    return loss_sum / len(order), (predictions == data[1][order]).double().mean().item(), predictions


def merged(labels, names):
    """Labels with the look-alikes of a group merged into one class."""
    group = {name: names.index(group[0]) for group in LOOK_ALIKES for name in group if name in names}
    return torch.tensor([group.get(name, number) for number, name in enumerate(names)])[labels]


def main():
    options = arguments()
    with open(options.indices, encoding="utf-8") as file:
        indices = json.load(file)
    split, seed = indices["split"], indices["seed"]
    torch.set_num_threads(options.threads)
    torch.manual_seed(seed)
    names = class_names(options.data, split)
    data = read_part(options.data, split, "train")
    training, validation = torch.tensor(indices["train"]), torch.tensor(indices["validation"])
    model = CharacterNet(len(names)).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, foreach=True)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="min", patience=2)
    print(f"torch {torch.__version__}, {options.threads} threads, seed {seed}: {len(training)} training images, ", end="")
    print(f"{len(validation)} validation images", flush=True)

    epochs, best = [], None
    for epoch in range(1, options.epochs + 1):
        start, rate = time.perf_counter(), optimizer.param_groups[0]["lr"]
        train_loss, train_accuracy = train_epoch(model, optimizer, data, training[torch.randperm(len(training))])
        val_loss, val_accuracy, _ = evaluate(model, data, validation)
        scheduler.step(val_loss)
        is_best = best is None or val_accuracy > best["accuracy"]
        if is_best:
            best = {"epoch": epoch, "accuracy": val_accuracy, "state": copy.deepcopy(model.state_dict())}
        seconds = time.perf_counter() - start
        numbers = {"trainLoss": train_loss, "trainAccuracy": train_accuracy, "valLoss": val_loss}
        epochs.append({"epoch": epoch, **numbers, "valAccuracy": val_accuracy, "lr": rate, "seconds": seconds})
        print(
            f"epoch {epoch:2d}/{options.epochs}  train loss {train_loss:.4f} accuracy {100 * train_accuracy:.2f} %  val loss "
            f"{val_loss:.4f} accuracy {100 * val_accuracy:.2f} %  lr {rate:g}  {seconds:.1f} s{'  *' if is_best else ''}",
            flush=True,
        )

    model.load_state_dict(best["state"])
    test = read_part(options.data, split, "test")
    _, accuracy, predictions = evaluate(model, test, torch.arange(len(test[1])))
    merged_accuracy = (merged(predictions, names) == merged(test[1], names)).double().mean().item()
    print(f"best epoch {best['epoch']}; test: {100 * accuracy:.2f} %, look-alikes merged {100 * merged_accuracy:.2f} %")
    contents = {
        "program": f"PyTorch {torch.__version__}",
        "recipe": "original",
        "seed": seed,
        "threads": options.threads,
        "bestEpoch": best["epoch"],
        "valAccuracy": best["accuracy"],
        "images": len(test[1]),
        "testAccuracy": accuracy,
        "testMerged": merged_accuracy,
        "epochs": epochs,
    }
    with open(options.out + ".partial", "w", encoding="utf-8") as file:
        json.dump(contents, file, indent=1)
        file.write("\n")
    os.replace(options.out + ".partial", options.out)


if __name__ == "__main__":
    main()
