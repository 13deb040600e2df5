using IfGuide.Abstractions.Specification;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Runtime;
using IfGuide.Storage.Models;
using IfGuide.Storage.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace IfGuide.Pipeline.Runs;

/// <summary>A device and what it keeps between units: one frozen model, and the factors of one kind. libtorch is loaded when a unit first needs it.</summary>
/// <param name="deviceName"><c>cpu</c> or <c>cuda:N</c>.</param>
internal sealed class DeviceSession(string deviceName) : IDisposable
{
    private readonly Lazy<Device> device = new(() => TorchDevice.Open(deviceName));
    private (string Weights, MatrixPrecision Precision, CausalLanguageModel Model)? model;
    private (string Key, Dictionary<string, Tensor> Tensors)? factors;

    public Device Device => device.Value;

    /// <summary>Tokens that one pass takes at a time: enough to keep the device busy, fixed so that results do not depend on who computes.</summary>
    public int BatchTokens => Device.type == DeviceType.CUDA ? 32768 : 4096;

    /// <summary>The frozen model of these weights, loaded once; owned by the session.</summary>
    public CausalLanguageModel Model(BlockingStore store, string configuration, string weights, MatrixPrecision precision)
    {
        if (model is { } known && known.Weights == weights && known.Precision == precision)
        {
            return known.Model;
        }

        model?.Model.Dispose();
        model = null;
        var loaded = Load(store, configuration, weights, precision == MatrixPrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
        model = (weights, precision, loaded);
        return loaded;
    }

    /// <summary>A model of stored weights; the caller's.</summary>
    public CausalLanguageModel Load(BlockingStore store, string configuration, string weights, ScalarType precision = ScalarType.Float32)
    {
        using var scope = NewDisposeScope();
        var shape = HuggingFaceConfiguration.Read(store.Fetch(configuration));
        return CausalLanguageModel.Create(shape, TensorArchive.Load(store.Fetch(weights), Device, precision));
    }

    /// <summary>Factors by name, read once for as long as the same ones are asked for; owned by the session.</summary>
    /// <param name="key">Names the set.</param>
    /// <param name="read">Reads it.</param>
    public IReadOnlyDictionary<string, Tensor> Factors(string key, Func<Dictionary<string, Tensor>> read)
    {
        if (factors is not { } known || known.Key != key)
        {
            FreeFactors();
            known = (key, read());
            foreach (var tensor in known.Tensors.Values)
            {
                tensor.DetachFromDisposeScope();
            }

            factors = known;
        }

        return known.Tensors;
    }

    public void Dispose()
    {
        model?.Model.Dispose();
        model = null;
        FreeFactors();
    }

    private void FreeFactors()
    {
        foreach (var tensor in factors?.Tensors.Values ?? Enumerable.Empty<Tensor>())
        {
            tensor.Dispose();
        }

        factors = null;
    }
}
