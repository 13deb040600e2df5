using IfGuide.Measures.Arrows;
using IfGuide.Measures.Sources;

namespace IfGuide.Architecture.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] BinaryExtensions =
        [".npy", ".npz", ".safetensors", ".png", ".gz", ".zst", ".bin", ".pt", ".parquet", ".snk"];

    private static readonly Checkout Checkout = Checkout.FindOwn();
    private static readonly Lazy<House> LazyHouse = new(() => House.Read(Checkout));
    private static readonly Lazy<IReadOnlyList<SourceFile>> LazySources = new(ReadSources);

    public static string Root => Checkout.Root;

    /// <summary>Paths, relative to the root, of everything that git tracks or would add.</summary>
    public static IReadOnlyList<string> Files => Checkout.Files;

    public static IEnumerable<string> TextFiles => Files.Where(file => !BinaryExtensions.Contains(Path.GetExtension(file)));

    /// <summary>The arrows of <c>src</c>, compiled once for all tests.</summary>
    public static House House => LazyHouse.Value;

    /// <summary>The C# files of <c>src</c> and <c>tests</c>.</summary>
    public static IReadOnlyList<SourceFile> Sources => LazySources.Value;

    public static IEnumerable<string> Code(string folder) => Checkout.FindCode(folder);

    public static string Read(string file) => Checkout.Read(file);

    private static IReadOnlyList<SourceFile> ReadSources() =>
        [.. Code("src").Concat(Code("tests")).Select(path => SourceFile.Read(Checkout, path))];
}
