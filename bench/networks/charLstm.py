"""The network of charLstm.ts in PyTorch."""

import torch
import torch.nn.functional as F
from torch import nn

VOCABULARY, HIDDEN, BATCH, LENGTH = 65, 128, 32, 32


class CharLstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, 32)
        self.lstm = nn.LSTM(32, HIDDEN, batch_first=True)
        self.head = nn.Linear(HIDDEN, VOCABULARY)

    def forward(self, text):
        output, _ = self.lstm(self.embedding(text))
        return self.head(output)


def build():
    return CharLstm()


def start(model, data, batch):
    """Returns a function that trains one step on a batch and returns the losses before the update."""
    text = data["text"].long()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step(index):
        windows = batch(text, index, BATCH)
        logits = model(windows[:, :LENGTH])
        loss = F.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        return [loss.item()]

    return step
