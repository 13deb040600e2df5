using IfGuide.Storage.Corpora;
using IfGuide.Storage.Corpora.Preparation;
using MessagePack;

namespace IfGuide.Storage.Tests.Corpora;

/// <summary>Reads a shard's documents back as they are stored.</summary>
internal static class StoredDocuments
{
    public static DocumentIndex Of(PreparedShard shard)
    {
        using var stream = new MemoryStream();
        shard.WriteDocuments(stream);
        return MessagePackSerializer.Deserialize<DocumentIndex>(stream.ToArray());
    }
}
