using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace IfGuide.Storage.Tokenizers;

/// <summary>Byte-level BPE over words, by Microsoft.ML.Tokenizers.</summary>
/// <remarks>
/// A definition that ignores merges for whole tokens has the semantics of Tiktoken, whose ranks are the ids. The others merge by rank.
/// .NET's regular expressions see UTF-16, so text with surrogates takes a second, slower expression.
/// </remarks>
internal sealed class BytePairEncoder
{
    private readonly TokenizerDefinition definition;
    private readonly Tokenizer basic;
    private readonly Lazy<Tokenizer> surrogateAware;

    /// <summary>Builds the encoder.</summary>
    /// <exception cref="NotSupportedException">The word pattern uses something that is not handled.</exception>
    public BytePairEncoder(TokenizerDefinition definition)
    {
        this.definition = definition;
        var rewritten = SurrogateAwarePattern.Rewrite(definition.WordPattern);
        basic = Create(definition.WordPattern);
        surrogateAware = new Lazy<Tokenizer>(() => Create(rewritten));
    }

    /// <summary>Encodes text without added tokens.</summary>
    public IReadOnlyList<int> Encode(string text)
    {
        return Choose(text).EncodeToIds(text, considerPreTokenization: true, considerNormalization: false);
    }

    private Tokenizer Choose(string text)
    {
        if (text.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
        {
            return surrogateAware.Value;
        }

        return basic;
    }

    private Tokenizer Create(string pattern)
    {
        var preTokenizer = new RegexPreTokenizer(Compile(pattern), null);
        if (definition.IgnoresMerges)
        {
            return CreateByIds(preTokenizer);
        }

        return CreateByMerges(preTokenizer);
    }

    private static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.Compiled | RegexOptions.CultureInvariant);
        }
        catch (ArgumentException failure)
        {
            throw new NotSupportedException($"the regular expression '{pattern}' ({failure.Message})", failure);
        }
    }

    private BpeTokenizer CreateByMerges(PreTokenizer preTokenizer) => BpeTokenizer.Create(new BpeOptions(definition.Vocabulary)
    {
        Merges = definition.Merges.Select(merge => $"{merge.Left} {merge.Right}"),
        ByteLevel = true,
        PreTokenizer = preTokenizer,
    });

    private TiktokenTokenizer CreateByIds(PreTokenizer preTokenizer)
    {
        var ranks = new StringBuilder();
        foreach (var (token, id) in definition.Vocabulary.OrderBy(pair => pair.Value))
        {
            if (ByteAlphabet.ReadBytes(token) is { } bytes)
            {
                ranks.Append(Convert.ToBase64String(bytes)).Append(CultureInfo.InvariantCulture, $" {id}\n");
            }
        }

        using var stream = new MemoryStream(Encoding.ASCII.GetBytes(ranks.ToString()));
        return TiktokenTokenizer.Create(stream, preTokenizer, normalizer: null);
    }
}
