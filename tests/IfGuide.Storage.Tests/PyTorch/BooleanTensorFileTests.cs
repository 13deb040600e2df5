using System.IO.Compression;
using System.Text;
using IfGuide.Storage.PyTorch;

namespace IfGuide.Storage.Tests.PyTorch;

public sealed class BooleanTensorFileTests
{
    /// <summary>The instructions of the pickle that torch.save writes for such a tensor, with its integers in their longest form.</summary>
    private const string Pickle =
        "\u0080\u0002ctorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storagectorch\nBoolStorage\nX\u0001\0\0\00X\u0003\0\0\0cpu\u008a\u0001\u0006tQ\u008a\u0001\0\u008a\u0001\u0002\u008a\u0001\u0003\u0086\u008a\u0001\u0003\u008a\u0001\u0001\u0086\u0089ccollections\nOrderedDict\n)RtR.";

    [Fact]
    public void AMatrix_IsTheArchiveThatTorchReads()
    {
        using var stream = new MemoryStream();
        BooleanTensorFile.Write(stream, 2, 3, elements => elements.Write([1, 0, 0, 0, 1, 1]));
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        Assert.Equal(["archive/data.pkl", "archive/byteorder", "archive/data/0", "archive/version"], zip.Entries.Select(entry => entry.FullName));
        Assert.All(zip.Entries, entry => Assert.Equal(entry.Length, entry.CompressedLength)); // torch maps the elements where they lie
        Assert.Equal(Encoding.Latin1.GetBytes(Pickle), Bytes("archive/data.pkl"));
        Assert.Equal([1, 0, 0, 0, 1, 1], Bytes("archive/data/0"));
        Assert.Equal("3\n"u8.ToArray(), Bytes("archive/version"));

        byte[] Bytes(string name)
        {
            using var entry = zip.GetEntry(name)!.Open();
            using var bytes = new MemoryStream();
            entry.CopyTo(bytes);
            return bytes.ToArray();
        }
    }
}
