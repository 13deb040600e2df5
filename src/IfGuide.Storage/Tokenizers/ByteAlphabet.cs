namespace IfGuide.Storage.Tokenizers;

/// <summary>The printable characters that stand for bytes in the vocabularies of byte-level BPE (GPT-2's table).</summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = CreateCharacters();

    private static readonly Dictionary<char, byte> Bytes =
        Enumerable.Range(0, Characters.Length).ToDictionary(value => Characters[value], value => (byte)value);

    /// <summary>The character that stands for a byte.</summary>
    public static char GetCharacter(byte value) => Characters[value];

    /// <summary>The bytes that a token of a vocabulary stands for; null when it is not written in the alphabet.</summary>
    public static byte[]? ReadBytes(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            if (!Bytes.TryGetValue(token[i], out bytes[i]))
            {
                return null;
            }
        }

        return bytes;
    }

    /// <summary>Printable Latin-1 characters stand for themselves, the other bytes for the characters from U+0100 on, in order.</summary>
    private static char[] CreateCharacters()
    {
        var characters = new char[256];
        var next = (char)256;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is >= '!' and <= '~' or >= 0xa1 and <= 0xac or >= 0xae;
            characters[value] = printable ? (char)value : next++;
        }

        return characters;
    }
}
