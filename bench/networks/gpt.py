"""The network of gpt.ts in PyTorch."""

import torch
import torch.nn.functional as F
from torch import nn

VOCABULARY, WIDTH, CONTEXT, BATCH = 65, 64, 64, 8


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(
                WIDTH, 4, 4 * WIDTH, dropout=0, activation="gelu", batch_first=True, norm_first=True
            )
            for _ in range(2)
        )
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, VOCABULARY, bias=False)
        self.head.weight = self.tokens.weight

    def forward(self, text):
        x = self.tokens(text) + self.positions(torch.arange(CONTEXT))
        later = torch.ones(CONTEXT, CONTEXT, dtype=torch.bool).triu(1)
        for block in self.blocks:
            x = block(x, src_mask=later)
        return self.head(self.norm(x))


def build():
    return Gpt()


def start(model, data, batch):
    """Returns a function that trains one step on a batch and returns the losses before the update."""
    text = data["text"].long()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.1)

    def step(index):
        windows = batch(text, index, BATCH)
        logits = model(windows[:, :CONTEXT])
        loss = F.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return [loss.item()]

    return step
