using Parquet;
using Parquet.Schema;

namespace IfGuide.Storage.Tests.Corpora;

/// <summary>Parquet files in memory.</summary>
internal static class ParquetBytes
{
    /// <summary>A file of texts, with columns <c>id</c> of strings, <c>score</c> of numbers, in row groups of one size.</summary>
    public static byte[] Of(string?[] texts, int rowGroup = int.MaxValue, CompressionMethod compression = CompressionMethod.Snappy, string column = "text", bool required = false, Func<int, string>? ids = null)
    {
        var (id, text, score) = (new DataField<string>("id"), new DataField(column, typeof(string), isNullable: !required), new DataField<double>("score"));
        using var file = new MemoryStream();
        Write().GetAwaiter().GetResult();
        return file.ToArray();

        async Task Write()
        {
            await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(id, text, score), file, new ParquetOptions { CompressionMethod = compression });
            for (var first = 0; first < texts.Length; first += rowGroup)
            {
                var part = texts[first..(int)Math.Min(texts.Length, (long)first + rowGroup)];
                using var group = writer.CreateRowGroup();
                await group.WriteAsync(id, [.. part.Select((_, i) => ids?.Invoke(first + i) ?? $"d{first + i}")]);
                await group.WriteAsync(text, part!);
                await group.WriteAsync<double>(score, part.Select((_, i) => (double)i).ToArray());
                group.CompleteValidate();
            }
        }
    }
}
