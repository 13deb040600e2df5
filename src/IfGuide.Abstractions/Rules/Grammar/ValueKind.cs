using System.Text.Json.Nodes;

namespace IfGuide.Abstractions.Rules.Grammar;

/// <summary>One kind of value: how it is read and written, and what it looks like in JSON Schema.</summary>
/// <typeparam name="T">The value.</typeparam>
internal abstract class ValueKind<T>
{
    /// <summary>Completes the sentence "expected …".</summary>
    public abstract string Expected { get; }

    /// <summary>Reads the value.</summary>
    /// <param name="node">What was written.</param>
    /// <param name="place">Where.</param>
    /// <exception cref="UserErrorException">The node is not such a value.</exception>
    public abstract T Read(Node node, KeyPlace place);

    /// <summary>Writes a value, a wrong one too: reading it back finds what is wrong with it.</summary>
    /// <param name="value">The value.</param>
    public abstract Node Write(T value);

    /// <summary>A new JSON Schema of the value.</summary>
    public abstract JsonObject Schema();
}
