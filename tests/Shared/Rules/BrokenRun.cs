using IfGuide.Abstractions.Specification;

namespace IfGuide.Tests.Shared.Rules;

/// <summary>A specification that breaks one rule.</summary>
/// <param name="Key">The key to blame, joined by dots.</param>
/// <param name="Wrong">What is wrong with it.</param>
/// <param name="Specification">The specification.</param>
/// <param name="HasText">Whether a run file can say the same.</param>
internal sealed record BrokenRun(string Key, string Wrong, RunSpec Specification, bool HasText = true)
{
    public override string ToString() => $"{Key} = {Wrong}";
}
