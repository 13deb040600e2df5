namespace IfGuide.Architecture.Tests;

/// <summary>One folder of a project.</summary>
/// <param name="Folder">Its path inside the project; <c>.</c> is the project's own folder.</param>
/// <param name="Purpose">What it holds, in a few words.</param>
internal sealed record Room(string Folder, string Purpose);
