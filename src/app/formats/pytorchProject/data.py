"""Batches of images: which images each process reads in which step, and their form as input of the network."""

import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from stopping import ignore_in_worker


def split_validation(labels, fraction, seed):
    """Returns training and validation indices, stratified by class and equal on every process."""
    generator = torch.Generator().manual_seed(seed)
    training, validation = [], []
    for label in labels.unique().tolist():
        members = (labels == label).nonzero().flatten()
        members = members[torch.randperm(len(members), generator=generator)]
        count = round(fraction * len(members))
        validation.append(members[:count])
        training.append(members[count:])
    return torch.cat(training).sort().values, torch.cat(validation).sort().values


def normalize(images):
    """Maps bytes to the range from -1 (background) to 1 (ink)."""
    return (images.float() / 255 - 0.5) / 0.5


class Images(Dataset):
    """Images and labels in memory. An index is a tensor of the indices of a whole batch."""

    def __init__(self, images, labels):
        self.images, self.labels = images, labels

    def __getitem__(self, indices):
        return self.images[indices], self.labels[indices]


class ShuffledBatches(Sampler):
    """Indices of this process's share of each batch of an epoch.

    The order of all images depends on seed and epoch only, so a batch consists of the same images for any number of
    processes. It can start at any step.
    """

    def __init__(self, indices, batch_size, seed, rank, processes):
        self.indices, self.batch_size, self.seed = indices, batch_size, seed
        self.rank, self.processes = rank, processes
        self.epoch, self.first_step = 0, 0
        self.steps = -(-len(indices) // batch_size)

    def start_at(self, epoch, step):
        self.epoch, self.first_step = epoch, step

    def __len__(self):
        return self.steps - self.first_step

    def __iter__(self):
        generator = torch.Generator().manual_seed(self.seed + self.epoch)
        order = self.indices[torch.randperm(len(self.indices), generator=generator)]
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
