namespace IfGuide.Numerics.Models.Shapes;

/// <summary>The modules of a model under their Hugging Face names: names, shapes and tracked layers of a family follow from it.</summary>
/// <param name="configuration">Shape and constants.</param>
internal sealed class ModuleTable(TransformerConfiguration configuration)
{
    /// <summary>Shape and constants.</summary>
    public TransformerConfiguration Configuration => configuration;

    /// <summary>Name of the embedding matrix, [V, d].</summary>
    public required string Embedding { get; init; }

    /// <summary>Name of the matrix of learned positions, [positions, d]; null: positions enter by rotation.</summary>
    public string? Positions { get; init; }

    /// <summary>What the blocks' names begin with, before the block's number.</summary>
    public required string Blocks { get; init; }

    /// <summary>Names of a block's norms.</summary>
    public required IReadOnlyList<string> Norms { get; init; }

    /// <summary>Name of the norm behind the last block.</summary>
    public required string FinalNorm { get; init; }

    /// <summary>Whether norms have a bias.</summary>
    public required bool NormsHaveBias { get; init; }

    /// <summary>The projections of a block's attention.</summary>
    public required IReadOnlyList<Projection> Attention { get; init; }

    /// <summary>The projections of a block's perceptron.</summary>
    public required IReadOnlyList<Projection> Perceptron { get; init; }

    /// <summary>Name of the unembedding matrix where it is not tied, [V, d].</summary>
    public required string Unembedding { get; init; }

    /// <summary>Name of the matrix that makes logits: the embedding where the two are tied.</summary>
    public string Output => configuration.TieEmbeddings ? Embedding : Unembedding;

    /// <summary>The full name of a block's module.</summary>
    /// <param name="block">The block's number.</param>
    /// <param name="module">The name within the block.</param>
    public string Name(int block, string module) => $"{Blocks}.{block}.{module}";

    /// <summary>All projections with their block, in Hugging Face module order with the perceptron before the attention.</summary>
    public IEnumerable<(int Block, Projection Projection)> ListProjections() =>
        from block in Enumerable.Range(0, configuration.LayerCount)
        from projection in Perceptron.Concat(Attention)
        select (block, projection);

    /// <summary>Full names of the projections that are the first to read their input.</summary>
    public IReadOnlyList<string> ListInputGroups()
    {
        var first = ListProjections().Where(entry => entry.Projection.InputGroup == entry.Projection.Module);
        return [.. first.Select(entry => Name(entry.Block, entry.Projection.Module))];
    }

    /// <summary>Names and shapes of all weights; their order is that of a saved model and of the optimizer's state.</summary>
    public Dictionary<string, long[]> ListShapes()
    {
        var shapes = new Dictionary<string, long[]> { [Embedding] = [configuration.VocabularySize, configuration.HiddenSize] };
        if (Positions is not null)
        {
            shapes[Positions] = [configuration.MaximumPositions, configuration.HiddenSize];
        }

        for (var block = 0; block < configuration.LayerCount; block++)
        {
            AddBlock(shapes, block);
        }

        AddNorm(shapes, FinalNorm);
        if (!configuration.TieEmbeddings)
        {
            shapes[Unembedding] = [configuration.VocabularySize, configuration.HiddenSize];
        }

        return shapes;
    }

    private void AddBlock(Dictionary<string, long[]> shapes, int block)
    {
        foreach (var norm in Norms)
        {
            AddNorm(shapes, Name(block, norm));
        }

        foreach (var projection in Attention.Concat(Perceptron))
        {
            var name = Name(block, projection.Module);
            shapes[$"{name}.weight"] = [projection.Outputs, projection.Inputs];
            if (projection.HasBias)
            {
                shapes[$"{name}.bias"] = [projection.Outputs];
            }
        }
    }

    private void AddNorm(Dictionary<string, long[]> shapes, string name)
    {
        shapes[$"{name}.weight"] = [configuration.HiddenSize];
        if (NormsHaveBias)
        {
            shapes[$"{name}.bias"] = [configuration.HiddenSize];
        }
    }
}
