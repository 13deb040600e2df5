"""Makes an indexed dataset of IfGuide's mask, with the sequences of the corpus' own.

ifguide export RUN mask --format megatron --out mask.bin
python megatron_mask.py corpus_text_document mask.bin corpus_mask_document
"""
import sys

import numpy
import torch
from megatron.core.datasets.indexed_dataset import IndexedDataset, IndexedDatasetBuilder


def write_mask(corpus, mask, output):
    """Writes output.bin and output.idx; corpus and output are paths without extension."""
    lengths = IndexedDataset(corpus).sequence_lengths.astype(numpy.int64)
    flat = numpy.fromfile(mask, numpy.uint8)
    flat = numpy.pad(flat, (0, lengths.sum() - len(flat)), constant_values=1)  # a last block that was too short trains
    builder, at = IndexedDatasetBuilder(f"{output}.bin", dtype=numpy.uint8), 0
    for length in lengths.tolist():
        builder.add_document(torch.from_numpy(flat[at : at + length]), [length])
        at += length
    builder.finalize(f"{output}.idx")


if __name__ == "__main__":
    write_mask(*sys.argv[1:4])
