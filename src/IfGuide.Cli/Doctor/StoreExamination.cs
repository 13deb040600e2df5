using IfGuide.Abstractions;
using IfGuide.Cli.Settings;
using IfGuide.Storage;
using IfGuide.Storage.Artifacts;

namespace IfGuide.Cli.Doctor;

/// <summary>Whether the store can be written and read; leaves nothing behind.</summary>
internal static class StoreExamination
{
    private const long LittleSpace = 2L << 30;

    public static Finding Of(CommonSettings settings)
    {
        try
        {
            var existed = ArtifactStores.Exists(settings.Store, Environment.CurrentDirectory);
            var store = ArtifactStores.Open(settings.Store, Environment.CurrentDirectory);
            WriteAndReadAsync(store).GetAwaiter().GetResult();
            return store is LocalArtifactStore { Root: var root } ? OfFolder(root, existed) : new Finding("store", true, $"{store.Uri} can be written and read");
        }
        catch (Exception exception) when (exception is StoreUnavailableException or UserErrorException or IOException or UnauthorizedAccessException)
        {
            return new Finding("store", false, $"{settings.Store} cannot be used", exception.Message);
        }
    }

    private static Finding OfFolder(string root, bool existed)
    {
        var free = new DriveInfo(root).AvailableFreeSpace;
        if (!existed)
        {
            Directory.Delete(root, recursive: true);
        }

        return free >= LittleSpace
            ? new Finding("store", true, $"{root} can be written, {Examinations.Gibibytes(free)} free")
            : new Finding("store", false, $"{root} can be written, but only {Examinations.Gibibytes(free)} are free", "Make room, or name a store on another disk with --store file:PATH.");
    }

    private static async Task WriteAndReadAsync(IRecordStore store)
    {
        var name = $"doctor-{Guid.NewGuid():N}";
        var tag = await store.WriteAsync(name, "written"u8.ToArray(), tag: null);
        await store.ReadAsync(name);
        await store.DeleteAsync(name, tag);
    }
}
