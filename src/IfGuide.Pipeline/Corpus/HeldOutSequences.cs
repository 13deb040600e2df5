using IfGuide.Abstractions;
using IfGuide.Numerics.Training;
using IfGuide.Pipeline.Runs;
using IfGuide.Storage.Prompts;
using IfGuide.Storage.Tokenizers;

namespace IfGuide.Pipeline.Corpus;

/// <summary>Held-out text packed like the corpus: documents joined by the end-of-text token, cut into blocks of the corpus' length. A shorter rest is left out.</summary>
internal sealed class HeldOutSequences : ITrainingSequences
{
    private readonly long[] tokens;

    /// <summary>Tokenises a stored text.</summary>
    /// <param name="view">The unit.</param>
    /// <param name="artifact">Store name of the text.</param>
    public HeldOutSequences(InputView view, string artifact)
    {
        var tokenizer = TokenizerFile.Load(view.Store.Fetch(view.Inputs.Tokenizer!));
        tokens = [.. HeldOutText.Read(view.Store.Fetch(artifact)).SelectMany(text => tokenizer.Encode(text).Append(tokenizer.EndOfTextToken)).Select(token => (long)token)];
        if (tokens.Length < 2)
        {
            throw new UserErrorException($"The held-out text of the training has {tokens.Length} tokens, too few to predict one. Put more text into it.");
        }

        Length = Math.Min(view.Inputs.SequenceLength, tokens.Length);
        Count = tokens.Length / Length;
    }

    /// <inheritdoc/>
    public long Count { get; }

    /// <inheritdoc/>
    public int Length { get; }

    /// <summary>Checks a held-out text and puts it into the store.</summary>
    /// <param name="path">The file; null: there is none.</param>
    /// <param name="key">The run file's key, for messages.</param>
    /// <param name="tokenizer">The run's tokenizer.</param>
    /// <param name="files">The user's files.</param>
    /// <returns>Its store name.</returns>
    public static string? Store(string? path, string key, TokenizerFile? tokenizer, InputFiles files)
    {
        if (path is null)
        {
            return null;
        }

        if (tokenizer is null)
        {
            throw new UserErrorException($"{key}: '{path}' is text, and the run has no tokenizer. Name a tokenizer.json, or leave it out.");
        }

        files.Digest(path); // an unreadable file is reported in one way
        _ = HeldOutText.Read(path).Count();
        return files.Put(path, "validation", "validation.jsonl" + Path.GetExtension(path) switch { ".gz" => ".gz", ".zst" => ".zst", _ => string.Empty });
    }

    /// <inheritdoc/>
    public void Read(long sequence, SequenceRow row)
    {
        var block = tokens.AsSpan(checked((int)(sequence * Length)), Length);
        block.CopyTo(row.InputIds);
        block.CopyTo(row.Labels);
    }
}
