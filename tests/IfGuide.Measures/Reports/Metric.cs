namespace IfGuide.Measures.Reports;

/// <summary>One row of the metric table for one set of files.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Value">As printed.</param>
public sealed record Metric(string Name, string Value)
{
    /// <summary>A share as it is printed: <c>78 % (403 of 517)</c>.</summary>
    public static string FormatShare(int part, int whole)
    {
        if (whole == 0)
        {
            return "–";
        }

        var percent = 100.0 * part / whole;
        return $"{percent:0} % ({part} of {whole})";
    }
}
