using System.Globalization;

namespace IfGuide.Storage.Artifacts;

/// <summary>Another build of IfGuide wrote or planned something, and this build must not guess what it means.</summary>
/// <remarks>Another silo may serve it.</remarks>
/// <param name="message">What it is, and the remedy.</param>
public sealed class OtherBuildException(string message) : IOException(message)
{
    /// <summary>Refuses what is newer than this build; everything older is read.</summary>
    /// <param name="what">What was read, by its store name.</param>
    /// <param name="found">Its schema version.</param>
    /// <param name="known">The newest schema version that this build knows.</param>
    /// <exception cref="OtherBuildException">It is newer.</exception>
    public static void RefuseNewer(string what, int found, int known)
    {
        if (found > known)
        {
            throw new OtherBuildException(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} was written by a newer IfGuide: its schema version is {found}, and this build reads up to {known}. "
                + $"Upgrade this program; silos are upgraded before the clients that use something new."));
        }
    }
}
