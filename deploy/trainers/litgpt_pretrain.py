"""IfGuide's weights in litgpt's pretrain.py: windows of tokens with their weights, and the loss of both.

ifguide export RUN mask --format weights --out w.npy
"""
import numpy
import torch


class Windows(torch.utils.data.Dataset):
    """Windows of block + 1 tokens and of their weights; ids and weights are flat arrays of the corpus."""

    def __init__(self, ids, weights, block):
        self.ids, self.weights, self.block = ids, weights, block

    def __len__(self):
        return (len(self.weights) - 1) // self.block

    def __getitem__(self, i):
        part = slice(i * self.block, (i + 1) * self.block + 1)
        return torch.from_numpy(self.ids[part].astype(numpy.int64)), torch.from_numpy(self.weights[part].copy())


def weighted_loss(logits, targets, weights, max_seq_length):
    """In place of chunked_cross_entropy(logits, targets)."""
    losses = torch.nn.functional.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), reduction="none")
    return (losses * weights[:, 1 : max_seq_length + 1].flatten()).mean()
