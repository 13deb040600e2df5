using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Passes;
using IfGuide.Numerics.Models.Shapes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Tests.Models;

/// <summary>GPT-2 against its own equations (Radford et al. 2019), written with loops over doubles.</summary>
public sealed class Gpt2ReferenceTests
{
    [Theory]
    [InlineData("gpt2")]
    [InlineData("gpt2 tied")]
    public void Logits_EqualTheEquations(string name)
    {
        using var scope = NewDisposeScope();
        using var model = TestModels.Create(name);
        var tokens = TestModels.Tokens(1, 9);
        using var constant = no_grad();
        var logits = model.Hidden(tokens, null, new ForwardPass()).Value.matmul(model.Unembedding.t())[0];
        var reference = new Reference(model).Logits([.. tokens.data<long>()]);
        for (var position = 0; position < 9; position++)
        {
            var found = logits[position].data<double>().ToArray();
            for (var word = 0; word < found.Length; word++)
            {
                Assert.Equal(reference[position][word], found[word], 1e-10);
            }
        }
    }

    private sealed class Reference(CausalLanguageModel model)
    {
        private readonly TransformerConfiguration shape = model.Configuration;

        public double[][] Logits(long[] tokens)
        {
            var (embedding, positions) = (Matrix("transformer.wte.weight"), Matrix("transformer.wpe.weight"));
            var states = tokens.Select((token, position) => Add(embedding[token], positions[position])).ToArray();
            for (var layer = 0; layer < shape.LayerCount; layer++)
            {
                var block = $"transformer.h.{layer}";
                var attended = Attention($"{block}.attn", [.. states.Select(state => Norm($"{block}.ln_1", state))]);
                states = [.. states.Zip(attended, Add)];
                states = [.. states.Select(state => Add(state, Perceptron($"{block}.mlp", Norm($"{block}.ln_2", state))))];
            }

            var unembedding = shape.TieEmbeddings ? embedding : Matrix("lm_head.weight");
            return [.. states.Select(state => Norm("transformer.ln_f", state)).Select(state => unembedding.Select(row => Dot(row, state)).ToArray())];
        }

        private double[][] Attention(string module, double[][] inputs)
        {
            var (width, size) = ((int)shape.HiddenSize, (int)shape.HeadSize);
            var projected = inputs.Select(input => Linear($"{module}.c_attn", input)).ToArray();
            var result = new double[inputs.Length][];
            for (var query = 0; query < inputs.Length; query++)
            {
                var joined = new double[width];
                for (var head = 0; head < shape.HeadCount; head++)
                {
                    var at = head * size;
                    var scores = Enumerable.Range(0, query + 1).Select(key => Enumerable.Range(at, size).Sum(i => projected[query][i] * projected[key][width + i]) / Math.Sqrt(size)).ToArray();
                    var weights = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
                    for (var i = at; i < at + size; i++)
                    {
                        joined[i] = weights.Select((weight, key) => weight * projected[key][2 * width + i]).Sum() / weights.Sum();
                    }
                }

                result[query] = Linear($"{module}.c_proj", joined);
            }

            return result;
        }

        private double[] Perceptron(string module, double[] input) =>
            Linear($"{module}.c_proj", [.. Linear($"{module}.c_fc", input).Select(x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))))]);

        private double[] Linear(string module, double[] input) => Add([.. Matrix($"{module}.weight").Select(row => Dot(row, input))], Vector($"{module}.bias"));

        private double[] Norm(string module, double[] input)
        {
            var mean = input.Average();
            var deviation = Math.Sqrt(input.Average(x => (x - mean) * (x - mean)) + shape.NormalisationEpsilon);
            return [.. input.Zip(Vector($"{module}.weight"), Vector($"{module}.bias")).Select(x => (x.First - mean) / deviation * x.Second + x.Third)];
        }

        private double[] Vector(string name) => [.. model.Weights[name].data<double>()];

        private double[][] Matrix(string name) => [.. Vector(name).Chunk((int)model.Weights[name].shape[1])];

        private static double Dot(double[] left, double[] right) => left.Zip(right, (a, b) => a * b).Sum();

        private static double[] Add(double[] left, double[] right) => [.. left.Zip(right, (a, b) => a + b)];
    }
}
