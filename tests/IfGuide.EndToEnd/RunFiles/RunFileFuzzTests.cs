using IfGuide.Client.RunFiles;
using IfGuide.Tests.Shared;

namespace IfGuide.EndToEnd.RunFiles;

/// <summary>Damaged run files.</summary>
public sealed class RunFileFuzzTests
{
    [Fact]
    public void RunFile_Damaged_IsReadOrRefused()
    {
        using var target = new FuzzTarget("run file") { Allocated = 8 << 20, AllocatedPerByte = 16_384 };
        byte[][] seeds =
        [
            File.ReadAllBytes(Path.Combine(Checkout.Root, "deploy", "quickstart", "run.yaml")),
            "run: a\nproxy: { path: ./p }\ncorpus: { path: ./*.jsonl, on_error: skip }\nqueries: { toxic: ./t.jsonl, nontoxic: { path: ./n.jsonl } }\nselection: { budget: 2% }\ntraining: { betas: [0.9, 0.95] }\n"u8.ToArray(),
        ];
        target.Run("run.yaml", seeds, path => RunFile.Read(path));
    }
}
