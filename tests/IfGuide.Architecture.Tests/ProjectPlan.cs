namespace IfGuide.Architecture.Tests;

/// <summary>What one project may use, and how it is built inside.</summary>
/// <param name="Uses">The projects whose types it names, directly referenced or not: no more and no fewer.</param>
/// <param name="Packages">The packages that it may reference.</param>
/// <param name="Floors">Its folders, the highest floor first; folders of one floor do not use each other.</param>
internal sealed record ProjectPlan(string[] Uses, string[] Packages, Room[][] Floors);
