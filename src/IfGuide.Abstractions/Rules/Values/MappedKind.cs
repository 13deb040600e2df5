using System.Text.Json.Nodes;
using IfGuide.Abstractions.Rules.Grammar;

namespace IfGuide.Abstractions.Rules.Values;

/// <summary>A kind whose value is turned into another.</summary>
/// <typeparam name="TFrom">The kind's value.</typeparam>
/// <typeparam name="TTo">What it becomes.</typeparam>
/// <param name="kind">The kind.</param>
/// <param name="map">There.</param>
/// <param name="back">And back.</param>
internal sealed class MappedKind<TFrom, TTo>(ValueKind<TFrom> kind, Func<TFrom, TTo> map, Func<TTo, TFrom> back) : ValueKind<TTo>
{
    /// <inheritdoc/>
    public override string Expected => kind.Expected;

    /// <inheritdoc/>
    public override TTo Read(Node node, KeyPlace place) => map(kind.Read(node, place));

    /// <inheritdoc/>
    public override Node Write(TTo value) => kind.Write(back(value));

    /// <inheritdoc/>
    public override JsonObject Schema() => kind.Schema();
}
