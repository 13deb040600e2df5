using IfGuide.Storage.Corpora;

namespace IfGuide.Pipeline.Corpus;

/// <summary>The part of a document that stands in one sequence.</summary>
/// <param name="Ordinal">Number of the document in the corpus, from 0.</param>
/// <param name="Piece">Its piece in the shard.</param>
/// <param name="Start">First position in the sequence.</param>
/// <param name="End">Behind the last.</param>
internal readonly record struct DocumentPart(long Ordinal, DocumentPiece Piece, int Start, int End);
