namespace IfGuide.Numerics.Models.Shapes;

/// <summary>One linear layer of every block of a model.</summary>
/// <param name="Module">Its Hugging Face name within the block: <c>mlp.down_proj</c>.</param>
/// <param name="Outputs">Rows of its weight.</param>
/// <param name="Inputs">Columns of its weight.</param>
/// <param name="HasBias">Whether it has a bias.</param>
internal sealed record Projection(string Module, long Outputs, long Inputs, bool HasBias)
{
    /// <summary>The first module of the block that reads the same input; this one itself unless another was named.</summary>
    public string InputGroup { get; init; } = Module;
}
