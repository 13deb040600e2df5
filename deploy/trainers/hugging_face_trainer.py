"""IfGuide's weights in the Hugging Face Trainer, as a column of the data set.

ifguide export RUN mask --format weights --out w.npy
TrainingArguments(remove_unused_columns=False, ...), rows of one length, default_data_collator
"""
import numpy
import torch
from transformers import Trainer


def with_weights(dataset, file):
    """The data set, whose rows are the corpus' sequences in order, with labels and weights."""
    weights = numpy.load(file, mmap_mode="r")
    return dataset.map(lambda row, i: {"labels": row["input_ids"], "weights": weights[i]}, with_indices=True)


class SuppressionTrainer(Trainer):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.model_accepts_loss_kwargs = False  # the mean of each batch is divided by the accumulated batches

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        weights, labels = inputs.pop("weights")[:, 1:].flatten(), inputs.pop("labels")[:, 1:].flatten()
        outputs = model(**inputs)
        losses = torch.nn.functional.cross_entropy(
            outputs.logits[:, :-1].flatten(0, 1).float(), labels, reduction="none")
        loss = (losses * weights).mean()
        return (loss, outputs) if return_outputs else loss
