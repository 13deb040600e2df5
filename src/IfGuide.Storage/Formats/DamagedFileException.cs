namespace IfGuide.Storage.Formats;

/// <summary>A file is damaged, and what is behind the damage cannot be read.</summary>
/// <param name="message">The file, the place, what is wrong, and the remedy.</param>
/// <param name="cause">What was caught.</param>
internal sealed class DamagedFileException(string message, Exception? cause = null) : Exception(message, cause);
