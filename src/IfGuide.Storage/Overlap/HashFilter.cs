namespace IfGuide.Storage.Overlap;

/// <summary>Tells quickly that a hash is not among some: one bit for each of the 2^20 beginnings of a hash.</summary>
internal sealed class HashFilter
{
    private const int KeyBits = 20;
    private const int WordBits = 6;

    private readonly ulong[] words = new ulong[1 << (KeyBits - WordBits)];

    /// <summary>Adds a hash.</summary>
    public void Add(ulong hash) => words[GetWord(hash)] |= GetBit(hash);

    /// <summary>Whether a hash may be among those added; false is certain.</summary>
    public bool MayContain(ulong hash) => (words[GetWord(hash)] & GetBit(hash)) != 0;

    private static int GetWord(ulong hash) => (int)(hash >> (64 - KeyBits + WordBits));

    private static ulong GetBit(ulong hash) => 1UL << ((int)(hash >> (64 - KeyBits)) & 63);
}
