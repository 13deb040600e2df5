using IfGuide.Numerics.Models.Passes;
using static TorchSharp.torch;

namespace IfGuide.Numerics.Models.Operations;

/// <summary>A tracked linear layer, y = W x + b; along a direction U = [U_w, u_b]: ẏ = W ẋ + U_w x + u_b.</summary>
internal static class Linear
{
    /// <summary>[B, T, in] to [B, T, out]; records the layer when the pass captures.</summary>
    public static Dual Apply(TrackedLayer layer, Dual input, ForwardPass pass)
    {
        var value = nn.functional.linear(input.Value, layer.Weight, layer.Bias);
        pass.Capture?.Record(layer, input.Value, value);
        var count = pass.Directions?.Count ?? input.Tangents.Count;
        return new Dual(value, [.. Enumerable.Range(0, count).Select(Move)]);

        Tensor? Move(int index) => ComputeTangent(layer, input, index, pass)?.view(value.shape);
    }

    /// <summary>The tangent along one direction, [B T, out]; null when neither the input nor the layer moves.</summary>
    private static Tensor? ComputeTangent(TrackedLayer layer, Dual input, int index, ForwardPass pass)
    {
        var direction = pass.Directions?[index].GetValueOrDefault(layer.Name);
        var columns = layer.Weight.shape[1];
        var moved = direction is null ? null : FollowDirection(layer, input.Value.reshape(-1, columns), direction);
        if (input.Along(index) is not { } inputMoved)
        {
            return moved;
        }

        var tangent = inputMoved.reshape(-1, columns);
        return moved?.addmm_(tangent, layer.Weight.t()) ?? tangent.mm(layer.Weight.t());
    }

    /// <summary>U_w x + u_b, [B T, out].</summary>
    private static Tensor FollowDirection(TrackedLayer layer, Tensor rows, Tensor direction)
    {
        if (!layer.HasBias)
        {
            return rows.mm(direction.t());
        }

        var columns = layer.Weight.shape[1];
        return addmm(direction.select(1, columns), rows, direction.narrow(1, 0, columns).t(), 1, 1);
    }
}
