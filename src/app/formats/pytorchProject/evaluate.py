"""Prints the accuracy of a model on the test part.

    python evaluate.py --data path/to/emnist --model trained.pth
"""

import argparse

import torch

from data import normalize
from emnist import read_part
from network import load_model


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder of the official EMNIST files")
    parser.add_argument("--split", default="balanced", help="EMNIST split (default: balanced)")
    parser.add_argument("--model", default="model.pth")
    options = parser.parse_args()

    model, _ = load_model(options.model)
    model.eval()
    images, labels = read_part(options.data, options.split, "test")
    if images.shape[1:] != model.input_size:
        shape = tuple(images.shape[1:])
        raise SystemExit(f"the images are {shape}, the model expects {model.input_size}; change emnist.py")
    with torch.no_grad():
        batches = zip(images.split(250), labels.split(250))
        correct = sum(int((model(normalize(x)).argmax(1) == y).sum()) for x, y in batches)
    print(f"{correct} of {len(labels)} correct, {100 * correct / len(labels):.2f} %")


if __name__ == "__main__":
    main()
