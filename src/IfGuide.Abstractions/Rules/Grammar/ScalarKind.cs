namespace IfGuide.Abstractions.Rules.Grammar;

/// <summary>A value that is one word or number.</summary>
/// <typeparam name="T">The value.</typeparam>
internal abstract class ScalarKind<T> : ValueKind<T>
{
    /// <inheritdoc/>
    public sealed override T Read(Node node, KeyPlace place)
    {
        ScalarLength.Check(node, place);
        return TryRead(node, place, out var value) ? value : throw place.Unexpected(node, Expected);
    }

    /// <inheritdoc/>
    public sealed override Node Write(T value) => new ScalarNode(value is null ? string.Empty : WriteText(value));

    /// <summary>Reads the value, for kinds that are made of others.</summary>
    /// <param name="node">What was written.</param>
    /// <param name="place">Where.</param>
    /// <param name="value">The value.</param>
    public bool TryRead(Node node, KeyPlace place, out T value)
    {
        value = default!;
        return node is ScalarNode { Text.Length: > 0 } scalar && TryRead(scalar, place, out value);
    }

    /// <summary>Reads the value from its text.</summary>
    /// <param name="scalar">Its text, which is not empty.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="value">The value.</param>
    protected abstract bool TryRead(ScalarNode scalar, KeyPlace place, out T value);

    /// <summary>The text of a value.</summary>
    /// <param name="value">The value, which may be a wrong one.</param>
    protected abstract string WriteText(T value);
}
