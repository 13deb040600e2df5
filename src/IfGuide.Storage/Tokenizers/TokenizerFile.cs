using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using IfGuide.Abstractions;
using IfGuide.Storage.Formats;

namespace IfGuide.Storage.Tokenizers;

/// <summary>A tokenizer.json of the Hugging Face tokenizers library: byte-level BPE as GPT-2, GPT-NeoX and Llama 3 have it. Safe for concurrent use.</summary>
/// <remarks>
/// Byte-level BPE loses nothing: the bytes of a text's tokens, joined, are the UTF-8 of <see cref="Normalise"/> of the text. No special token is added.
/// </remarks>
public sealed class TokenizerFile : ITextTokenizer
{
    private static readonly string[] EndOfTextNames = ["<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>"];

    private readonly TokenizerDefinition definition;
    private readonly BytePairEncoder encoder;
    private readonly AddedTokens before;
    private readonly AddedTokens after;
    private readonly byte[]?[] bytes;

    private TokenizerFile(string path, string digest, TokenizerDefinition definition)
    {
        Path = path;
        Digest = digest;
        this.definition = definition;
        encoder = new BytePairEncoder(definition);
        var (late, early) = Partition(definition.AddedTokens);
        before = new AddedTokens(early.Select(token => (token.Text, token.Id)));
        after = new AddedTokens(late.Select(token => (Normalise(token.Text), token.Id)));
        bytes = ReadBytes(definition);
        EndOfTextToken = FindEndOfText(path, definition.AddedTokens);
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>SHA-256 of the file, lower-case hexadecimal.</summary>
    public string Digest { get; }

    /// <summary>One more than the largest id.</summary>
    public int VocabularySize => bytes.Length;

    /// <summary>Id of the token that ends a document.</summary>
    /// <remarks>
    /// The first of <c>&lt;|endoftext|&gt;</c>, <c>&lt;|end_of_text|&gt;</c>, <c>&lt;/s&gt;</c>, <c>&lt;eos&gt;</c> among the added tokens.
    /// </remarks>
    public int EndOfTextToken { get; }

    /// <summary>Loads a tokenizer.</summary>
    /// <param name="path">A tokenizer.json.</param>
    /// <exception cref="UserErrorException">The file is missing, damaged, or of a kind that is not supported; the message names what.</exception>
    public static TokenizerFile Load(string path)
    {
        byte[] json;
        try
        {
            json = File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw UnreadableFile.Describe(path, failure);
        }

        return Parse(path, json);
    }

    /// <summary>Reads a tokenizer from bytes.</summary>
    /// <param name="path">Their file, for messages.</param>
    /// <param name="json">The bytes.</param>
    internal static TokenizerFile Parse(string path, byte[] json)
    {
        CheckNormalisation();
        var definition = TokenizerJson.Read(path, json);
        try
        {
            return new TokenizerFile(path, Convert.ToHexStringLower(SHA256.HashData(json)), definition);
        }
        catch (NotSupportedException failure)
        {
            throw new UserErrorException(
                $"The pre-tokenizer of '{path}' uses {failure.Message}, which is not supported.", failure);
        }
    }

    /// <summary>The form of a text that tokens stand for: normalisation form C where the tokenizer asks for it, else the text itself.</summary>
    /// <param name="text">The text.</param>
    public string Normalise(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!definition.NormalisesToFormC || text.IsNormalized(NormalizationForm.FormC))
        {
            return text;
        }

        return text.Normalize(NormalizationForm.FormC);
    }

    /// <summary>Encodes a text; added tokens that occur in it become their ids, as in Hugging Face.</summary>
    /// <param name="text">Valid Unicode.</param>
    /// <returns>Token ids.</returns>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>((text.Length / 3) + 1);
        before.Split(text, EncodeNormalised, ids.Add);
        return [.. ids];

        void EncodeNormalised(string raw) => after.Split(Normalise(raw), EncodeWords, ids.Add);

        void EncodeWords(string words) => ids.AddRange(encoder.Encode(words));
    }

    /// <summary>The text of tokens; bytes that are no UTF-8 become U+FFFD.</summary>
    /// <param name="tokens">Token ids.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var joined = new List<byte>();
        foreach (var token in tokens)
        {
            joined.AddRange(TokenBytes(token));
        }

        return Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(joined));
    }

    /// <summary>The bytes that a token stands for; empty for an id that no token has.</summary>
    /// <param name="token">A token id.</param>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    public ReadOnlySpan<byte> TokenBytes(int token)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, VocabularySize);
        return bytes[token];
    }

    private static (List<AddedToken> Late, List<AddedToken> Early) Partition(IReadOnlyList<AddedToken> tokens)
    {
        var byTime = tokens.ToLookup(token => token.Normalised);
        return ([.. byTime[true]], [.. byTime[false]]);
    }

    /// <summary>The bytes of each id; null where no token has it.</summary>
    private static byte[]?[] ReadBytes(TokenizerDefinition definition)
    {
        var ids = definition.Vocabulary.Values.Concat(definition.AddedTokens.Select(token => token.Id));
        var bytes = new byte[]?[ids.Max() + 1];
        foreach (var (token, id) in definition.Vocabulary)
        {
            bytes[id] = ByteAlphabet.ReadBytes(token) ?? Encoding.UTF8.GetBytes(token);
        }

        foreach (var token in definition.AddedTokens)
        {
            bytes[token.Id] = Encoding.UTF8.GetBytes(token.Text);
        }

        return bytes;
    }

    private static int FindEndOfText(string path, IReadOnlyList<AddedToken> tokens)
    {
        foreach (var name in EndOfTextNames)
        {
            if (tokens.FirstOrDefault(token => token.Text == name) is { } found)
            {
                return found.Id;
            }
        }

        throw new UserErrorException(
            $"The tokenizer '{path}' has none of the added tokens {string.Join(", ", EndOfTextNames)}: "
            + "documents are joined with one of them. Add it to the tokenizer.");
    }

    /// <summary>Without ICU, .NET's normalisation returns its input and says nothing.</summary>
    private static void CheckNormalisation()
    {
        if ("e\u0301".Normalize(NormalizationForm.FormC).Length != 1)
        {
            throw new InvalidOperationException(
                "This process cannot normalise Unicode: install libicu, and leave DOTNET_SYSTEM_GLOBALIZATION_INVARIANT unset.");
        }
    }
}
