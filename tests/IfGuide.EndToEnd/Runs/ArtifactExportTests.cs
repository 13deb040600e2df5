using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using IfGuide.EndToEnd.Harness;
using IfGuide.Storage.Npy;
using IfGuide.Storage.Safetensors;

namespace IfGuide.EndToEnd.Runs;

/// <summary>What trainers and other programs take from a run, read back.</summary>
public sealed class ArtifactExportTests : SelectedRun
{
    private const int Attention = 32;

    [Fact]
    public async Task MasksOfTrainers_AndTheOrder_SayWhatTheSelectionSays()
    {
        await ExportAsync("mask", "m.npy");
        await ExportAsync("mask", "m.bin", "megatron");
        await ExportAsync("mask", "m.pt", "reference");
        await ExportAsync("scores", "s.npy");
        await ExportAsync("order", "o.npy");
        using var mask = NpyFile.Open(Place["m.npy"]);
        var suppressed = mask.RowSpan<bool>(0, mask.Rows).ToArray();
        Assert.Contains(true, suppressed);
        Assert.Equal(suppressed.Select(token => (byte)(token ? 0 : 1)), await File.ReadAllBytesAsync(Place["m.bin"], TestContext.Current.CancellationToken));
        Assert.Equal(suppressed.Select(token => (byte)(token ? 1 : 0)), Elements(Place["m.pt"]));

        using var order = NpyFile.Open(Place["o.npy"]);
        Assert.Equal([mask.Rows], order.Shape);
        Assert.Equal(Enumerable.Range(0, (int)mask.Rows).Select(row => (long)row), order.RowSpan<long>(0, order.Rows).ToArray().Order());
        (await Ifguide.RunAsync(Place.Folder, "select", "--scores", "s.npy", "--quantile", "0.98", "--window", "1", "--budget", "3%", "--out", "again.npy", "--order", "again-order.npy")).Expect(0);
        Assert.Equal(await File.ReadAllBytesAsync(Place["m.npy"], TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(Place["again.npy"], TestContext.Current.CancellationToken));
        Assert.Equal(await File.ReadAllBytesAsync(Place["o.npy"], TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(Place["again-order.npy"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Factors_StandUnderTheNamesOfModules_AndEigenvectorsMakeUpTheCovariances()
    {
        await ExportAsync("factors", "factors");
        string[] modules = [.. from layer in Enumerable.Range(0, 2)
            from module in new[] { "attention.dense", "attention.query_key_value", "mlp.dense_4h_to_h", "mlp.dense_h_to_4h" }
            select string.Create(CultureInfo.InvariantCulture, $"gpt_neox.layers.{layer}.{module}")];
        foreach (var kind in new[] { "activation_covariance", "gradient_covariance", "activation_eigenvalues", "activation_eigenvectors", "gradient_eigenvalues", "gradient_eigenvectors", "lambda", "query_toxic", "query_nontoxic", "preconditioned" })
        {
            using var file = Factors(kind);
            Assert.Equal(modules, file.Tensors.Keys.Order(StringComparer.Ordinal));
        }

        using var gradients = Factors("preconditioned");
        Assert.Equal([3 * Attention, Attention + 1], gradients.Entry("gpt_neox.layers.0.attention.query_key_value").Shape);
        var counts = JsonDocument.Parse(await File.ReadAllTextAsync(Place["factors/counts.json"], TestContext.Current.CancellationToken)).RootElement;
        using var covariances = Factors("activation_covariance");
        using var values = Factors("activation_eigenvalues");
        using var vectors = Factors("activation_eigenvectors");
        foreach (var module in modules)
        {
            var covariance = covariances.Span<float>(module).ToArray().Select(sum => sum / (double)counts.GetProperty("attended_tokens").GetInt64()).ToArray();
            var (eigenvalues, v) = (values.Span<double>(module).ToArray(), vectors.Span<float>(module).ToArray());
            var size = eigenvalues.Length;
            Assert.Equal(eigenvalues.Order(), eigenvalues);
            var largest = covariance.Max(Math.Abs);
            for (var i = 0; i < size * size; i++)
            {
                var (row, column) = Math.DivRem(i, size);
                Assert.Equal(covariance[i], Enumerable.Range(0, size).Sum(k => v[row * size + k] * eigenvalues[k] * v[column * size + k]), 1e-4 * largest);
            }
        }
    }

    private SafetensorsFile Factors(string kind) => SafetensorsFile.Open(Place[$"factors/{kind}.safetensors"]);

    private static byte[] Elements(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        using var entry = zip.Entries.Single(item => item.FullName.EndsWith("/data/0", StringComparison.Ordinal)).Open();
        using var bytes = new MemoryStream();
        entry.CopyTo(bytes);
        return bytes.ToArray();
    }
}
