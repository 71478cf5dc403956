"""Batches of images: which images each process reads in which step, and their form as input of the network."""

import torch
import torch.distributed as dist
from torch.utils.data import DataLoader, Sampler

from layouts import Source, open_training_data
from mapped import open_mapped
from rng import Stream
from stopping import ignore_in_worker


def normalize(images):
    """Maps bytes to the range from -1 (background) to 1 (ink)."""
    return (images.float() / 255 - 0.5) / 0.5


class ShuffledBatches(Sampler):
    """Indices of this process's share of each batch of an epoch.

    The order of all images depends on seed and epoch only, as in inkgrad, so a batch consists of the same images for
    any number of processes. It can start at any step.
    """

    def __init__(self, indices, batch_size, seed, rank, processes):
        self.indices, self.batch_size = indices, batch_size
        self.stream = Stream(seed).split("shuffle")
        self.rank, self.processes = rank, processes
        self.epoch, self.first_step = 0, 0
        self.steps = -(-len(indices) // batch_size)

    def start_at(self, epoch, step):
        self.epoch, self.first_step = epoch, step

    def __len__(self):
        return self.steps - self.first_step

    def __iter__(self):
        permutation = self.stream.split(f"epoch-{self.epoch + 1}").permutation(len(self.indices))
        order = self.indices[torch.from_numpy(permutation)]
        for step in range(self.first_step, self.steps):
            batch = order[step * self.batch_size : (step + 1) * self.batch_size]
            # Every process needs as many images: the last batch may repeat some.
            batch = torch.cat([batch, order[: -len(batch) % self.processes]])
            yield batch.reshape(self.processes, -1)[self.rank]


def batch_loader(dataset, batches, device, workers):
    """Loads one batch for each tensor of indices in `batches`."""
    return DataLoader(
        dataset,
        sampler=batches,
        batch_size=None,  # the dataset returns whole batches
        num_workers=workers,
        persistent_workers=workers > 0,
        worker_init_fn=ignore_in_worker,
        pin_memory=device.type == "cuda",
        generator=torch.Generator(),  # a loader draws a seed for its workers, which must not change the dropout masks
    )


def make_loaders(options, device, shape, class_names):
    """Returns the loaders of the training and the validation images of this process."""
    rank, processes = dist.get_rank(), dist.get_world_size()
    source = Source(options.data, options.split, options.transposed)
    selections = open_training_data(source, class_names, options.val_fraction, options.seed)
    datasets = [open_mapped(each.part, each.labels, shape, class_names, options.cache) for each in selections]
    training, validation = (torch.from_numpy(each.indices) for each in selections)
    batches = ShuffledBatches(training, options.batch_size, options.seed, rank, processes)
    share = validation[rank::processes]  # every image once, for any number of processes
    train_loader = batch_loader(datasets[0], batches, device, options.workers)
    return train_loader, batch_loader(datasets[1], share.split(250), device, workers=0)
