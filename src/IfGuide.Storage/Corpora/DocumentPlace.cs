namespace IfGuide.Storage.Corpora;

/// <summary>A token's place in its document.</summary>
/// <param name="Piece">Index of the document's piece in the shard's index.</param>
/// <param name="Document">The piece.</param>
/// <param name="Token">Index of the token within the whole document.</param>
/// <param name="IsClosing">Whether it is the end-of-text token behind the document's text.</param>
public readonly record struct DocumentPlace(int Piece, DocumentPiece Document, long Token, bool IsClosing);
