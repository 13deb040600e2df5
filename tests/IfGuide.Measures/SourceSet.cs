using IfGuide.Measures.Arrows;
using IfGuide.Measures.Sources;

namespace IfGuide.Measures;

/// <summary>The files that one call of the program measures.</summary>
internal sealed class SourceSet
{
    private readonly Lazy<House> house;

    private SourceSet(Checkout checkout, IReadOnlyList<SourceFile> files)
    {
        Checkout = checkout;
        Files = files;
        house = new Lazy<House>(() => House.Read(checkout));
    }

    public Checkout Checkout { get; }

    public IReadOnlyList<SourceFile> Files { get; }

    /// <summary>The arrows of all of <c>src</c>, compiled when first asked for.</summary>
    public House House => house.Value;

    /// <summary>The projects of <c>src</c> among <see cref="Files"/>.</summary>
    public IReadOnlyList<string> Projects => [.. Files.Where(file => file.Area == "src").Select(file => file.Project).Distinct()];

    public static SourceSet Read(string? root, string prefix)
    {
        var checkout = Open(root);
        var paths = checkout.FindCode("src").Concat(checkout.FindCode("tests"));
        var wanted = paths.Where(path => path.StartsWith(prefix, StringComparison.Ordinal));
        return new SourceSet(checkout, [.. wanted.Select(path => SourceFile.Read(checkout, path))]);
    }

    private static Checkout Open(string? root)
    {
        if (root is null)
        {
            return Checkout.FindOwn();
        }

        return Checkout.Open(root);
    }
}
