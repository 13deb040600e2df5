using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace IfGuide.Cli.RunFiles.Values;

/// <summary>How one kind of value is read from YAML, and what it looks like in JSON Schema.</summary>
/// <typeparam name="T">The value.</typeparam>
internal abstract class ValueKind<T>
{
    /// <summary>Completes the sentence "expected …".</summary>
    public abstract string Expected { get; }

    /// <summary>Reads the value.</summary>
    /// <exception cref="Abstractions.UserErrorException">The node is not such a value.</exception>
    public abstract T Read(YamlNode node, KeyPlace place);

    /// <summary>A new JSON Schema of the value.</summary>
    public abstract JsonObject Schema();
}

/// <summary>A value that is one word or number.</summary>
internal abstract class ScalarKind<T> : ValueKind<T>
{
    public sealed override T Read(YamlNode node, KeyPlace place) =>
        node is YamlScalarNode { Value.Length: > 0 } scalar && TryRead(scalar.Value, scalar.Style == ScalarStyle.Plain, place, out var value)
            ? value
            : throw place.Unexpected(node, Expected);

    /// <summary>Reads the value from its text.</summary>
    /// <param name="text">Not empty.</param>
    /// <param name="plain">Whether the text stands without quotes; a quoted number is text.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="value">The value.</param>
    protected abstract bool TryRead(string text, bool plain, KeyPlace place, out T value);

    /// <summary>For kinds that are made of others.</summary>
    public bool TryReadScalar(YamlNode node, KeyPlace place, out T value)
    {
        value = default!;
        return node is YamlScalarNode { Value.Length: > 0 } scalar && TryRead(scalar.Value, scalar.Style == ScalarStyle.Plain, place, out value);
    }
}
