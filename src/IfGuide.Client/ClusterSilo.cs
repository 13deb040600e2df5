using System.Net;

namespace IfGuide.Client;

/// <summary>A silo of a cluster.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Endpoint">Where the other silos reach it.</param>
public sealed record ClusterSilo(string Name, IPEndPoint Endpoint);
