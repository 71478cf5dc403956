"""Images in a memory-mapped file: each process reads only the images of its share, and the processes of a machine
share the pages in memory. The file is written once per machine, from any layout.
"""

import hashlib
import json
import os
import tempfile

import torch
import torch.distributed as dist
from torch.utils.data import Dataset


class MappedImages(Dataset):
    """Images and labels. An index is a tensor of the indices of a whole batch.

    path: a file of bytes [len(labels), *shape].
    """

    def __init__(self, path, labels, shape):
        self.path, self.labels, self.shape = path, labels, shape
        size = len(labels) * shape[0] * shape[1] * shape[2]
        self.images = torch.from_file(path, size=size, dtype=torch.uint8).view(-1, *shape)

    def __reduce__(self):  # a worker that is not forked maps the file itself
        return MappedImages, (self.path, self.labels, self.shape)

    def __getitem__(self, indices):
        return self.images[indices], self.labels[indices]


def cache_name(part, shape):
    """A name that depends on the files of the part, by path, size and time, and on the form of the images."""
    files = [(os.path.abspath(path), os.path.getsize(path), os.stat(path).st_mtime_ns) for path in part.files]
    form = [type(part).__name__, getattr(part, "transposed", False), getattr(part, "keys", None), shape]
    return hashlib.sha256(json.dumps([files, form]).encode()).hexdigest()[:16] + ".images"


def write_images(part, shape, class_names, count, path):
    """Writes the images under a temporary name that is then renamed."""
    written = 0
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(path), delete=False) as file:
        try:
            for chunk in part.images(shape, class_names):
                file.write(chunk.tobytes())
                written += len(chunk)
            if written != count:
                raise SystemExit(f"{part.files[0]}: {written} images, but {count} labels; each image needs one label")
        except BaseException:
            os.remove(file.name)
            raise
    os.replace(file.name, path)


def open_mapped(part, labels, shape, class_names, folder):
    """The images of a part. The first process of each machine writes the file; the others wait for it."""
    path = os.path.join(folder, cache_name(part, shape))
    if int(os.environ.get("LOCAL_RANK", "0")) == 0 and not os.path.exists(path):
        os.makedirs(folder, exist_ok=True)
        write_images(part, shape, class_names, len(labels), path)
    dist.barrier()
    return MappedImages(path, torch.from_numpy(labels), shape)
