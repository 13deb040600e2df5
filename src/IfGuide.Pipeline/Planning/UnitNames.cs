using System.Globalization;

namespace IfGuide.Pipeline.Planning;

/// <summary>Names of units within their stages. Units of a named behaviour begin with its name and a dot, e.g. <c>pii.shard-00003</c>.</summary>
internal static class UnitNames
{
    public const string Proxy = "proxy";
    public const string Toxic = "toxic";
    public const string Nontoxic = "nontoxic";
    public const string Selection = "selection";
    public const string Report = "report";
    private const string ShardPrefix = "shard-";

    public static string Shard(int shard) => string.Create(CultureInfo.InvariantCulture, $"{ShardPrefix}{shard:D5}");

    public static string Of(string? behaviour, string name) => behaviour is null ? name : $"{behaviour}.{name}";

    /// <summary>The shard of a unit, of a behaviour or not.</summary>
    public static int ShardOf(string name) => int.Parse(name.AsSpan(name.LastIndexOf('.') + 1 + ShardPrefix.Length), CultureInfo.InvariantCulture);
}
