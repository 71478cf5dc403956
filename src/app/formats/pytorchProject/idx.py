"""Reads the official files of EMNIST and files with MNIST's names (IDX, also gzipped), without holding all images."""

import gzip
import math
import os

import numpy as np

from pixels import class_indices, fit_all, listed_names, require_prepared

IMAGES, LABELS = 0x803, 0x801
FIRST_LABEL = {"letters": 1}  # labels of the other splits of EMNIST start at 0
CHUNK = 4096  # images read at once


def idx_file(base):
    """The path of an IDX file or of its gzipped form; None if neither exists."""
    return next((path for path in (base, base + ".gz") if os.path.isfile(path)), None)


def open_idx(path, magic):
    """Returns an open file, positioned after the header, and the sizes in the header."""
    file = gzip.open(path, "rb") if path.endswith(".gz") else open(path, "rb")
    header = read_exactly(file, 4 + 4 * (magic & 255), path)
    numbers = [int.from_bytes(header[offset : offset + 4], "big") for offset in range(0, len(header), 4)]
    if numbers[0] != magic:
        raise SystemExit(f"{path}: starts with {numbers[0]:#x}, expected {magic:#x}; download the file again")
    return file, numbers[1:]


def read_exactly(file, count, path):
    try:
        content = file.read(count)
    except (OSError, EOFError) as error:
        raise SystemExit(f"{path}: damaged ({error}); download the file again")
    if len(content) != count:
        raise SystemExit(f"{path}: ends {count - len(content)} bytes early; download the file again")
    return content


class IdxPart:
    """One part of a data set: a file of images and one of labels."""

    def __init__(self, images, labels, transposed):
        self.images_path, self.labels_path, self.transposed = images, labels, transposed
        self.files = [images, labels]

    def stored_labels(self):
        file, (count,) = open_idx(self.labels_path, LABELS)
        with file:
            return np.frombuffer(read_exactly(file, count, self.labels_path), dtype=np.uint8).astype(np.int64)

    def labels(self, class_names):
        text_of = listed_names(os.path.dirname(self.labels_path))
        return class_indices(self.stored_labels(), text_of, class_names, self.labels_path)

    def images(self, shape, class_names):
        """Yields upright images in chunks, bytes [n, *shape]."""
        file, sizes = open_idx(self.images_path, IMAGES)
        with file:
            require_prepared(self.images_path, class_names, (1, *sizes[1:]), shape)
            for start in range(0, sizes[0], CHUNK):
                count = min(CHUNK, sizes[0] - start)
                content = read_exactly(file, count * math.prod(sizes[1:]), self.images_path)
                stored = np.frombuffer(content, dtype=np.uint8).reshape(count, *sizes[1:])
                upright = stored.transpose(0, 2, 1) if self.transposed else stored
                yield fit_all(upright[:, :, :, None], shape)


class EmnistPart(IdxPart):
    """The official files store images transposed, and number the classes in the order of the model."""

    def __init__(self, images, labels, split):
        super().__init__(images, labels, transposed=True)
        self.first = FIRST_LABEL.get(split, 0)

    def labels(self, class_names):
        labels = self.stored_labels() - self.first
        if len(labels) > 0 and not 0 <= labels.min() <= labels.max() < len(class_names):
            found = f"labels from {labels.min()} to {labels.max()}"
            count = len(class_names)
            raise SystemExit(f"{self.labels_path}: {found}, but the model has {count} classes; check --split")
        return labels


def find_idx(folder, source, part):
    """The part of EMNIST or, without its files, of MNIST in a folder; None if there is none."""
    base = os.path.join(folder, f"emnist-{source.split}-{part}")
    images, labels = idx_file(f"{base}-images-idx3-ubyte"), idx_file(f"{base}-labels-idx1-ubyte")
    if images and labels:
        return EmnistPart(images, labels, source.split)
    for prefix in {"train": ["train"], "test": ["t10k", "test"]}.get(part, []):
        base = os.path.join(folder, prefix)
        images, labels = idx_file(f"{base}-images-idx3-ubyte"), idx_file(f"{base}-labels-idx1-ubyte")
        if images and labels:
            return IdxPart(images, labels, source.transposed)
    return None
