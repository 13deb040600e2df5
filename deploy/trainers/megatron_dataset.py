"""Megatron-LM's GPTDataset with IfGuide's mask in its loss mask; megatron_mask.py makes the masks' dataset.

Name SuppressedGPTDataset as dataset_type in train_valid_test_datasets_provider of pretrain_gpt.py.
"""
import torch
from megatron.core.datasets.gpt_dataset import GPTDataset
from megatron.core.datasets.indexed_dataset import IndexedDataset


class SuppressedGPTDataset(GPTDataset):
    mask_path = "corpus_mask_document"
    masks = None

    def __getitem__(self, idx):
        sample = super().__getitem__(idx)
        self.masks = self.masks or IndexedDataset(self.mask_path)
        tokens, self.dataset = self.dataset, self.masks
        try:
            mask, _ = self._query_document_sample_shuffle_indices(0 if idx is None else idx)
        finally:
            self.dataset = tokens
        return sample | {"loss_mask": sample["loss_mask"] * torch.from_numpy(mask[1:] == 1)}
