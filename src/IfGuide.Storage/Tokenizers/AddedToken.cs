namespace IfGuide.Storage.Tokenizers;

/// <summary>A token that is found in the text as it stands.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Id">Its id.</param>
/// <param name="Normalised">Whether it is looked for after normalisation.</param>
internal sealed record AddedToken(string Text, int Id, bool Normalised);
