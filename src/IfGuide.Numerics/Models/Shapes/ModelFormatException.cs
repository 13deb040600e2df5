namespace IfGuide.Numerics.Models.Shapes;

/// <summary>A configuration or a set of weights that is no model IfGuide can compute.</summary>
public sealed class ModelFormatException : FormatException
{
    /// <summary>An exception without an explanation.</summary>
    public ModelFormatException()
    {
    }

    /// <summary>An exception that says what was found, what was expected and what to do.</summary>
    /// <param name="message">The explanation.</param>
    public ModelFormatException(string message) : base(message)
    {
    }

    /// <summary>An exception caused by another.</summary>
    /// <param name="message">The explanation.</param>
    /// <param name="innerException">The cause.</param>
    public ModelFormatException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
