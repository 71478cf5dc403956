"""The network of autoencoder.ts in PyTorch."""

import torch
import torch.nn.functional as F
from torch import nn

BATCH = 32


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.ReLU(),
        )
        self.decoder = nn.Sequential(
            nn.Upsample(scale_factor=2),
            nn.Conv2d(32, 16, 3, padding=1),
            nn.ReLU(),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(16, 1, 3, padding=1),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


def build():
    return Autoencoder()


def start(model, data, batch):
    """Returns a function that trains one step on a batch and returns the losses before the update."""
    images = data["images"]
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step(index):
        x = batch(images, index, BATCH)
        loss = F.mse_loss(model(x), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return [loss.item()]

    return step
