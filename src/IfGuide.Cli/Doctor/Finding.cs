namespace IfGuide.Cli.Doctor;

/// <summary>One line of <c>doctor</c>.</summary>
/// <param name="Subject">What was looked at.</param>
/// <param name="Ok">Whether it is in order.</param>
/// <param name="Found">What was found.</param>
/// <param name="Remedy">What to do; null when all is well.</param>
internal sealed record Finding(string Subject, bool Ok, string Found, string? Remedy = null);
