using IfGuide.Abstractions;
using IfGuide.Client.Clusters;

namespace IfGuide.Cli;

/// <summary>The cluster that the command line names.</summary>
/// <param name="Uri">Where its Redis is.</param>
/// <param name="Id">Its id there.</param>
internal sealed record ClusterSettings(string Uri, string Id)
{
    private const string DefaultId = "ifguide";

    /// <summary>The cluster's address.</summary>
    /// <exception cref="UserErrorException">The URI or the id has another form.</exception>
    public ClusterAddress Address => ClusterAddress.Parse(Uri, Id);

    /// <summary>The options that name this cluster again, for a line that a person can type.</summary>
    public string Options => $" --cluster {Address}" + (Id == DefaultId ? string.Empty : $" --cluster-id {Id}");
}
