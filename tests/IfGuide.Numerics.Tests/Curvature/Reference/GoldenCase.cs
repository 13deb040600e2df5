using IfGuide.Numerics.Preconditioning;
using IfGuide.Numerics.Tests.Goldens;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Curvature.Reference;

/// <summary>One golden file and the precision of the run compared with it. float64 files are met by both precisions, float32 files by float32 alone.</summary>
public sealed record GoldenCase(string Family, string Set, string File, bool Wide)
{
    public ScalarType Precision => Wide ? ScalarType.Float64 : ScalarType.Float32;

    public string Path => $"{Family}/{Set}/{File}";

    /// <summary>The file's name without folder, precision and type.</summary>
    public string Stem => System.IO.Path.GetFileName(File).Split('.')[0];

    /// <summary>Every file of the plain and padded folders that the filter admits, in every precision that it can be compared in.</summary>
    public static TheoryData<string, string, string, bool> All(Func<string, bool> admits, params string[] sets)
    {
        var data = new TheoryData<string, string, string, bool>();
        foreach (var family in (string[])["tiny_neox", "tiny_llama"])
        {
            foreach (var set in sets)
            {
                var folder = System.IO.Path.Combine(Golden.Root, family, set);
                foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                {
                    var file = System.IO.Path.GetRelativePath(folder, path);
                    if (admits(file))
                    {
                        data.Add(family, set, file, false);
                        if (file.Contains(".f64.", StringComparison.Ordinal))
                        {
                            data.Add(family, set, file, true);
                        }
                    }
                }
            }
        }

        return data;
    }

    public static IDampingRule Damping(string name) => name switch
    {
        "heur" or "none" => new AutomaticDamping(),
        "d1e-3" => new AbsoluteDamping(1e-3),
        "d1e-8" => new AbsoluteDamping(1e-8),
        _ => throw new ArgumentException($"unknown damping '{name}'"),
    };

    public static ICurvature Strategy(string name) => Curvatures.Find(name);
}
