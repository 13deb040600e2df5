using System.Buffers;
using IfGuide.Abstractions.Runs;
using Orleans.Serialization;

namespace IfGuide.Grains.Messages;

/// <summary>Refuses to send what is too large for a grain call: bulk goes through the store. Orleans would tear down the connection between two silos, and with it every other call on it.</summary>
/// <param name="serializer">Measures messages as they would be sent.</param>
public sealed class MessageSizeGuard(Serializer serializer) : IOutgoingGrainCallFilter, IIncomingGrainCallFilter
{
    /// <summary>Most bytes of a call's arguments, and of its answer.</summary>
    public const int Largest = 256 * 1024;

    /// <inheritdoc/>
    public Task Invoke(IOutgoingGrainCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (IsOurs(context))
        {
            var bytes = 0L;
            for (var index = 0; index < context.Request.GetArgumentCount(); index++)
            {
                bytes += SizeOf(context.Request.GetArgument(index));
            }

            Check(context, "arguments", bytes);
        }

        return context.Invoke();
    }

    /// <inheritdoc/>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        await context.Invoke();
        if (IsOurs(context))
        {
            Check(context, "answer", SizeOf(context.Result));
        }
    }

    private static bool IsOurs(IGrainCallContext context) =>
        context.InterfaceMethod.DeclaringType?.Assembly == typeof(IRunGrain).Assembly;

    private static void Check(IGrainCallContext context, string part, long bytes)
    {
        if (bytes > Largest)
        {
            throw new InvalidOperationException(
                $"The {part} of {context.InterfaceName}.{context.MethodName} would be a message of {bytes} bytes; "
                + $"at most {Largest} are allowed: bulk goes through the store.");
        }
    }

    private long SizeOf(object? value)
    {
        if (value is null or CancellationToken)
        {
            return 0;
        }

        var counter = new Counter();
        serializer.Serialize(value, counter);
        counter.Dispose();
        return counter.Bytes;
    }

    /// <summary>Counts what is written to it and keeps nothing.</summary>
    private sealed class Counter : IBufferWriter<byte>, IDisposable
    {
        private const int MinBuffer = 4096;
        private byte[]? buffer;

        public long Bytes { get; private set; }

        public void Advance(int count) => Bytes += count;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            if (buffer is null || buffer.Length < sizeHint)
            {
                Dispose();
                buffer = ArrayPool<byte>.Shared.Rent(Math.Max(MinBuffer, sizeHint));
            }

            return buffer;
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public void Dispose()
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = null;
            }
        }
    }
}
