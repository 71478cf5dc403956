"""Prints the accuracy of a model on the test part.

    python evaluate.py --data path/to/emnist --model trained.pth
"""

import argparse

import numpy as np
import torch

from data import normalize
from layouts import Source, open_test_data
from network import load_model


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="EMNIST, MNIST or .npz files, or a folder of images per class")
    parser.add_argument("--split", default="balanced", help="EMNIST split (default: balanced)")
    parser.add_argument("--transposed", action="store_true", help="MNIST or .npz files store images transposed")
    parser.add_argument("--model", default="model.pth")
    options = parser.parse_args()

    model, names = load_model(options.model)
    model.eval()
    test = open_test_data(Source(options.data, options.split, options.transposed), names)
    is_test = np.zeros(len(test.labels), dtype=bool)
    is_test[test.indices] = True
    correct, start = 0, 0
    with torch.no_grad():
        for images in test.part.images(model.input_size, names):
            chosen = is_test[start : start + len(images)]
            labels = torch.from_numpy(test.labels[start : start + len(images)][chosen])
            for x, y in zip(torch.from_numpy(images[chosen]).split(250), labels.split(250)):
                correct += int((model(normalize(x)).argmax(1) == y).sum())
            start += len(images)
    count = len(test.indices)
    print(f"{correct} of {count} correct, {100 * correct / count:.2f} %")


if __name__ == "__main__":
    main()
