namespace IfGuide.Abstractions;

/// <summary>The user's input or arguments are wrong: exit code 2. The message names file, place, what was found, what was expected, and the remedy.</summary>
[GenerateSerializer, Alias("ifguide.UserErrorException")]
public sealed class UserErrorException : Exception
{
    /// <summary>Creates the error.</summary>
    public UserErrorException() { }

    /// <summary>Creates the error.</summary>
    /// <param name="message">One message for a person.</param>
    public UserErrorException(string message) : base(message) { }

    /// <summary>Creates the error.</summary>
    /// <param name="message">One message for a person.</param>
    /// <param name="innerException">What was caught.</param>
    public UserErrorException(string message, Exception innerException) : base(message, innerException) { }
}
