"""Executes the files of deploy/trainers on small random arrays, with stand-ins of the trainers, and compares loops.

python3 trainers.py deploy/trainers
"""
import importlib.util
import os
import sys
import tempfile
import types

import numpy
import torch

SEQUENCES, TOKENS, VOCABULARY, PENALTY = 5, 7, 11, 0.5


def load(name):
    spec = importlib.util.spec_from_file_location(name, os.path.join(sys.argv[1], name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stand_in(name, **members):
    module = types.ModuleType(name)
    module.__dict__.update(members)
    sys.modules[name] = module


def equation_9(logits, ids, weights):
    """The paper's loss, token by token, in double precision."""
    rows, columns = ids.shape
    total = 0.0
    for n in range(rows):
        for t in range(1, columns):
            total -= float(weights[n, t]) * torch.log_softmax(logits[n, t - 1].double(), -1)[ids[n, t]].item()
    return total / (rows * (columns - 1))


def check(got, expected):
    assert abs(got - expected) < 1e-6, (got, expected)


def check_pytorch(ids, weights, file):
    module, rows = load("pytorch_loss"), [3, 1]
    logits = torch.randn(len(rows), TOKENS, VOCABULARY)
    batch = module.batch_weights(file, rows, "cpu")
    check(module.weighted_loss(logits, ids[rows], batch).item(), equation_9(logits, ids[rows], weights[rows]))


def check_hugging_face(ids, weights, file):
    class Trainer:
        def __init__(self):
            self.model_accepts_loss_kwargs = True

    class Data(list):
        def map(self, change, with_indices):
            return Data({**row, **change(row, i)} for i, row in enumerate(self))

    stand_in("transformers", Trainer=Trainer)
    module = load("hugging_face_trainer")
    data = module.with_weights(Data({"input_ids": row} for row in ids), file)
    batch = {key: torch.stack([torch.as_tensor(numpy.array(row[key])) for row in data]) for key in data[0]}
    output = types.SimpleNamespace(logits=torch.randn(SEQUENCES, TOKENS, VOCABULARY))
    trainer = module.SuppressionTrainer()
    loss, given = trainer.compute_loss(lambda input_ids: output, batch, return_outputs=True, num_items_in_batch=3)
    check(loss.item(), equation_9(output.logits, ids, weights))
    assert given is output and trainer.model_accepts_loss_kwargs is False


def check_litgpt(ids, weights):
    module, block = load("litgpt_pretrain"), 4
    flat, flat_weights = ids.flatten().numpy().astype(numpy.uint16), weights.flatten()
    windows = module.Windows(flat, flat_weights, block)
    assert len(windows) == (ids.numel() - 1) // block
    tokens, batch = torch.utils.data.default_collate([windows[i] for i in range(len(windows))])
    logits = torch.randn(len(windows), block, VOCABULARY)
    expected = [equation_9(torch.cat([logits[i], torch.zeros(1, VOCABULARY)])[None], tokens[i : i + 1], batch[i : i + 1])
                for i in range(len(windows))]
    assert tokens[1].tolist() == flat[block : 2 * block + 1].tolist()
    check(module.weighted_loss(logits, tokens[:, 1:].contiguous(), batch, block).item(), sum(expected) / len(expected))


def megatron(stored):
    """Stand-ins with the signatures of Megatron-LM's public source."""
    class IndexedDataset:
        def __init__(self, path):
            self.parts = stored[path]
            self.sequence_lengths = numpy.array([len(part) for part in self.parts], numpy.int32)

        def get(self, index, offset, length):
            return self.parts[index][offset : offset + length]

    class IndexedDatasetBuilder:
        def __init__(self, bin_path, dtype):
            self.path, self.dtype, self.parts = bin_path[: -len(".bin")], dtype, []

        def add_document(self, tensor, lengths):
            assert sum(lengths) == len(tensor)
            self.parts.append(tensor.numpy().astype(self.dtype))

        def finalize(self, idx_path):
            assert idx_path == self.path + ".idx"
            stored[self.path] = self.parts

    class GPTDataset:
        def __init__(self, dataset, samples, length):
            self.dataset, self.samples, self.shared = dataset, samples, torch.ones(length)

        def _query_document_sample_shuffle_indices(self, idx):
            return numpy.concatenate([self.dataset.get(*piece) for piece in self.samples[idx]]), None

        def __getitem__(self, idx):
            text, _ = self._query_document_sample_shuffle_indices(0 if idx is None else idx)
            text = torch.from_numpy(text.astype(numpy.int64))
            return {"tokens": text[:-1], "labels": text[1:], "loss_mask": self.shared}

    for name in ["megatron", "megatron.core", "megatron.core.datasets"]:
        stand_in(name)
    stand_in("megatron.core.datasets.indexed_dataset", IndexedDataset=IndexedDataset, IndexedDatasetBuilder=IndexedDatasetBuilder)
    stand_in("megatron.core.datasets.gpt_dataset", GPTDataset=GPTDataset)
    return IndexedDataset


def check_megatron(folder):
    lengths = [10, 3, 14, 11]
    stream = numpy.random.randint(0, 50, sum(lengths)).astype(numpy.uint16)
    stored = {"corpus_text_document": numpy.split(stream, numpy.cumsum(lengths)[:-1])}
    indexed = megatron(stored)
    mask = (numpy.random.rand(35) < 0.7).astype(numpy.uint8)  # five blocks of seven; three tokens remain
    mask.tofile(os.path.join(folder, "mask.bin"))
    load("megatron_mask").write_mask("corpus_text_document", os.path.join(folder, "mask.bin"), "corpus_mask_document")
    padded = numpy.concatenate([mask, numpy.ones(3, numpy.uint8)])
    assert [len(part) for part in stored["corpus_mask_document"]] == lengths
    assert (numpy.concatenate(stored["corpus_mask_document"]) == padded).all()
    samples = {0: [(0, 0, 8)], 1: [(0, 7, 3), (1, 0, 3), (2, 0, 2)], 2: [(3, 3, 8)]}
    data = load("megatron_dataset").SuppressedGPTDataset(indexed("corpus_text_document"), samples, 7)
    for index, start in [(0, 0), (1, 7), (2, 30)]:
        sample = data[index]
        assert sample["labels"].tolist() == stream[start + 1 : start + 8].tolist()
        assert sample["loss_mask"].tolist() == padded[start + 1 : start + 8].tolist()
    assert data.shared.tolist() == [1] * 7


def main():
    torch.manual_seed(0)
    numpy.random.seed(0)
    ids = torch.randint(0, VOCABULARY, (SEQUENCES, TOKENS))
    weights = numpy.where(numpy.random.rand(SEQUENCES, TOKENS) < 0.3, -PENALTY, 1).astype(numpy.float32)
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "w.npy")
        numpy.save(file, weights)
        check_pytorch(ids, weights, file)
        check_hugging_face(ids, weights, file)
        check_litgpt(ids, weights)
        check_megatron(folder)
    print("equal; torch", torch.__version__, "numpy", numpy.__version__)


main()
