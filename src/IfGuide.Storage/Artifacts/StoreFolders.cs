using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace IfGuide.Storage.Artifacts;

/// <summary>The folders of a store on a local disk, its locks, and its temporary files.</summary>
/// <remarks>
/// <c>artifacts/NAME</c> and <c>records/NAME</c> hold what callers put, and <c>.digests/NAME</c> holds an artifact's digest.
/// <c>.temporary/</c> holds what is being written. <c>.locks/</c> holds a fixed number of lock files, which names share by hash.
/// </remarks>
internal sealed class StoreFolders
{
    private const int LockCount = 64;

    private readonly TemporaryFiles temporaries;
    private readonly string locks;

    /// <summary>Creates the folders and removes what killed writers left behind.</summary>
    /// <exception cref="StoreUnavailableException">The root cannot be created or written.</exception>
    public StoreFolders(string root)
    {
        Root = Path.GetFullPath(root);
        Artifacts = Path.Combine(Root, "artifacts");
        Records = Path.Combine(Root, "records");
        Digests = Path.Combine(Root, ".digests");
        Temporary = Path.Combine(Root, ".temporary");
        locks = Path.Combine(Root, ".locks");
        foreach (var folder in new[] { Artifacts, Records, Digests, Temporary, locks })
        {
            StoreUnavailableException.Guard("create", folder, () => FileSystem.CreateFolder(folder));
        }

        temporaries = new TemporaryFiles(Temporary);
        temporaries.RemoveLeftovers();
    }

    public string Root { get; }

    public string Artifacts { get; }

    public string Records { get; }

    public string Digests { get; }

    public string Temporary { get; }

    /// <summary>Creates a temporary file in the store's own file system; it is locked until it is closed.</summary>
    public FileStream CreateTemporary() => temporaries.Create();

    /// <summary>Takes the lock of a name; disposing releases it.</summary>
    public SafeFileHandle Lock(string name)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(name));
        var stripe = BinaryPrimitives.ReadUInt32LittleEndian(hash) % LockCount;
        var path = Path.Combine(locks, stripe.ToString("d2", CultureInfo.InvariantCulture));
        return StoreUnavailableException.Guard("lock", path, () => FileSystem.Lock(path));
    }
}
