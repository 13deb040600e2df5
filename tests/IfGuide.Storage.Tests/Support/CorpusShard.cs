using IfGuide.Storage.Corpora;

namespace IfGuide.Storage.Tests.Support;

/// <summary>One shard of a prepared corpus.</summary>
/// <param name="Sequences">Its sequences.</param>
/// <param name="Documents">Its documents.</param>
internal sealed record CorpusShard(ISequenceSource Sequences, DocumentIndex Documents);
