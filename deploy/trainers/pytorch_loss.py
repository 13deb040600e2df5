"""IfGuide's weights in a PyTorch training loop: the paper's Eq. 9.

ifguide export RUN mask --format weights --out w.npy
"""
import numpy
import torch


def batch_weights(file, rows, device):
    """Weights of a batch, [sequences, tokens]; rows are the batch's sequences in the corpus."""
    return torch.from_numpy(numpy.load(file, mmap_mode="r")[rows].copy()).to(device)


def weighted_loss(logits, ids, weights):
    """Mean weighted loss; logits [sequences, tokens, vocabulary], ids and weights [sequences, tokens]."""
    losses = torch.nn.functional.cross_entropy(
        logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    return (losses * weights[:, 1:].flatten()).mean()
