namespace IfGuide.Cli.Settings;

/// <summary>A file that an option names, or else the environment.</summary>
/// <param name="Option">The option's name.</param>
/// <param name="Variable">The environment variable's name.</param>
/// <param name="Given">The option's value.</param>
internal sealed record TlsFile(string Option, string Variable, string? Given)
{
    /// <summary>The path; null: neither names one.</summary>
    public string? Path => Given ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? path : null);
}
