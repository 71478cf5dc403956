"""The networks of gan.ts in PyTorch."""

import torch
import torch.nn.functional as F
from torch import nn

BATCH, NOISE = 64, 16


def perceptron(inputs, outputs):
    return nn.Sequential(
        nn.Linear(inputs, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, outputs)
    )


class Gan(nn.Module):
    def __init__(self):
        super().__init__()
        self.generator = perceptron(NOISE, 2)
        self.discriminator = perceptron(2, 1)


def build():
    return Gan()


def start(model, data, batch):
    """Returns a function that trains one step on a batch and returns the losses before the update."""
    points, noise = data["points"], data["noise"]
    generator, discriminator = model.generator, model.discriminator
    generator_optimizer = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    discriminator_optimizer = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    loss_of = F.binary_cross_entropy_with_logits

    def step(index):
        drawn = generator(batch(noise, index, BATCH))
        is_real, is_drawn = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)

        loss = loss_of(discriminator(batch(points, index, BATCH)), is_real)
        loss = loss + loss_of(discriminator(drawn.detach()), is_drawn)
        discriminator_optimizer.zero_grad()
        loss.backward()
        discriminator_optimizer.step()

        generator_loss = loss_of(discriminator(drawn), is_real)
        generator_optimizer.zero_grad()
        generator_loss.backward()
        generator_optimizer.step()
        return [loss.item(), generator_loss.item()]

    return step
