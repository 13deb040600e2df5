using System.Buffers.Binary;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;
using IfGuide.Storage.Corpora.Documents;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Npy;

namespace IfGuide.Storage.Corpora.Tokens;

/// <summary>Token ids one after another, each document closed by the end-of-text token.</summary>
/// <remarks>The file has no header (nanoGPT, OLMo), or the header of llm.c, or is an .npy file.</remarks>
internal static class FlatTokenFile
{
    private const int HeaderLength = 1024; // 256 numbers of 32 bits, of which three are used
    private const int TwoByteMagic = 20240520;
    private const int FourByteMagic = 20240801;

    /// <summary>Whether a file begins with the header of llm.c.</summary>
    public static bool HasHeader(ReadOnlySpan<byte> first) =>
        first.Length >= 4 && BinaryPrimitives.ReadInt32LittleEndian(first) is TwoByteMagic or FourByteMagic;

    /// <summary>Reads the documents; memory holds a piece of one.</summary>
    /// <param name="file">The file.</param>
    /// <param name="vocabulary">What is known of the tokens.</param>
    /// <param name="bad">Takes what is wrong with the file's length.</param>
    /// <returns>Documents under the name of the file and the index of their first token; a very long one in pieces.</returns>
    /// <exception cref="UserErrorException">The file cannot be read or holds an id outside the vocabulary.</exception>
    public static IEnumerable<CorpusDocument> Read(CorpusFile file, TokenVocabulary vocabulary, BadRecords bad)
    {
        var (start, type, count) = file.Format switch
        {
            CorpusFormat.Npy => ReadArrayLayout(file.Path),
            _ => ReadLayout(file.Path, vocabulary, bad),
        };
        using var handle = IntegerReader.Open(file.Path);
        var ids = new IntegerReader(handle, file.Path, start, type);
        var tokens = new List<int>();
        for (long next = 0; next < count;)
        {
            var first = next;
            next = ReadPiece(file.Path, ids, first, count, vocabulary, tokens);
            yield return new CorpusDocument($"{file.Name}:{first}", string.Empty, file.Name, file.Name, first)
            {
                Tokens = [.. tokens],
            };
        }
    }

    /// <returns>The token behind the piece.</returns>
    private static long ReadPiece(
        string path, IntegerReader ids, long first, long count, TokenVocabulary vocabulary, List<int> tokens)
    {
        tokens.Clear();
        var next = first;
        do
        {
            tokens.Add(TokenCheck.Require(ids[next], vocabulary, path, next));
            next++;
        }
        while (next < count && tokens[^1] != vocabulary.EndOfText && tokens.Count < TokenCheck.MaxPieceTokens);
        return next;
    }

    private static (long Start, ElementType Type, long Count) ReadArrayLayout(string path)
    {
        using var array = NpyFile.Open(path);
        if (!array.Type.IsInteger() || array.Type == ElementType.Bool)
        {
            throw new UserErrorException(
                $"'{path}' has elements of type {array.Type}, expected token ids, which are whole numbers: "
                + "save array.astype('uint16') or array.astype('int32').");
        }

        return (array.DataStart, array.Type, array.Rows * array.RowLength);
    }

    private static (long Start, ElementType Type, long Count) ReadLayout(string path, TokenVocabulary vocabulary, BadRecords bad)
    {
        using var handle = IntegerReader.Open(path);
        var length = RandomAccess.GetLength(handle);
        Span<byte> header = stackalloc byte[12];
        if (length < HeaderLength || RandomAccess.Read(handle, header, 0) < header.Length || !HasHeader(header))
        {
            var shortest = ChooseType(vocabulary.VocabularySize <= 1 << 16);
            return (0, shortest, CountTokens(path, length, shortest, bad));
        }

        var type = ChooseType(BinaryPrimitives.ReadInt32LittleEndian(header) == TwoByteMagic);
        var count = CountTokens(path, length - HeaderLength, type, bad);
        var announced = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        return (HeaderLength, type, ClampToAnnounced(path, count, announced, bad));
    }

    private static ElementType ChooseType(bool hasTwoBytes) => hasTwoBytes ? ElementType.UInt16 : ElementType.UInt32;

    private static long ClampToAnnounced(string path, long count, int announced, BadRecords bad)
    {
        if (announced != count)
        {
            bad.Add(new UserErrorException(
                $"'{path}' announces {announced} tokens in its header, but holds {count}: "
                + "it is truncated or was appended to; write it again."));
        }

        return Math.Clamp(announced, 0, count);
    }

    private static long CountTokens(string path, long bytes, ElementType type, BadRecords bad)
    {
        var (count, rest) = Math.DivRem(bytes, type.Size());
        if (rest != 0)
        {
            bad.Add(new UserErrorException(
                $"'{path}' has {bytes} bytes of token ids, which is no multiple of {type.Size()}, the bytes of one: "
                + "it is truncated, or of another format (then set corpus.format)."));
        }

        return count;
    }
}
