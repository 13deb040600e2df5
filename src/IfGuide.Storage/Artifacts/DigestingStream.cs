using System.Security.Cryptography;

namespace IfGuide.Storage.Artifacts;

/// <summary>Passes bytes on to a file and digests them on the way.</summary>
/// <remarks>Failures of the disk become <see cref="StoreUnavailableException"/>.</remarks>
internal sealed class DigestingStream(Stream file, string path) : Stream
{
    private const int BufferLength = 1 << 16;
    private const string OnlyForward = "An artifact is written from its beginning to its end.";

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] buffer = new byte[BufferLength];
    private int buffered;
    private long written;

    /// <summary>Bytes written so far.</summary>
    public override long Length => written + buffered;

    /// <summary>Hands the last bytes to the file.</summary>
    /// <returns>SHA-256 of all bytes, lower-case hexadecimal.</returns>
    public string Complete()
    {
        PassOn(buffer.AsSpan(0, buffered));
        buffered = 0;
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > BufferLength - buffered)
        {
            PassOn(buffer.AsSpan(0, buffered));
            buffered = 0;
        }

        if (bytes.Length > BufferLength)
        {
            PassOn(bytes);
            return;
        }

        bytes.CopyTo(buffer.AsSpan(buffered));
        buffered += bytes.Length;
    }

    /// <summary>Writes at once: on a local disk, waiting elsewhere would gain nothing.</summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(bytes.Span);
        return ValueTask.CompletedTask;
    }

    private void PassOn(ReadOnlySpan<byte> bytes)
    {
        try
        {
            file.Write(bytes);
        }
        catch (Exception failure) when (StoreUnavailableException.IsFileSystemFailure(failure))
        {
            throw StoreUnavailableException.Describe("write", path, failure);
        }

        hash.AppendData(bytes);
        written += bytes.Length;
    }

    public override void Write(byte[] bytes, int offset, int count) => Write(bytes.AsSpan(offset, count));

    public override Task WriteAsync(byte[] bytes, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(bytes.AsMemory(offset, count), cancellationToken).AsTask();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException(OnlyForward);
    }

    /// <summary>Does nothing: the store flushes once, when the artifact is whole.</summary>
    public override void Flush() { }

    public override int Read(byte[] bytes, int offset, int count) =>
        throw new NotSupportedException("An artifact that is being written cannot be read.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException(OnlyForward);

    public override void SetLength(long value) => throw new NotSupportedException(OnlyForward);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
