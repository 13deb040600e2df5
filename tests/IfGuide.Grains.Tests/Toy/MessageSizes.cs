using System.Collections.Concurrent;
using IfGuide.Abstractions.Runs;
using Orleans.Serialization;

namespace IfGuide.Grains.Tests.Toy;

/// <summary>The largest message of each grain method, as serialized.</summary>
internal sealed class MessageSizes
{
    private readonly ConcurrentDictionary<string, int> largest = new();

    public IReadOnlyDictionary<string, int> Largest => largest;

    public void Add(string method, int bytes) => largest.AddOrUpdate(method, bytes, (_, known) => Math.Max(known, bytes));
}

/// <summary>Serializes what every outgoing call of IfGuide's grains carries: a message that cannot be serialized, or is large, is seen even between grains of one silo.</summary>
internal sealed class MessageSizeFilter(MessageSizes sizes, Serializer serializer) : IOutgoingGrainCallFilter
{
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        await context.Invoke();
        if (context.InterfaceMethod.DeclaringType is { } contract && contract.Assembly == typeof(IRunGrain).Assembly)
        {
            var bytes = Enumerable.Range(0, context.Request.GetArgumentCount()).Sum(index => Size(context.Request.GetArgument(index)));
            sizes.Add($"{contract.Name}.{context.MethodName} request", bytes);
            sizes.Add($"{contract.Name}.{context.MethodName} response", Size(context.Result));
        }
    }

    private int Size(object? value) => value is CancellationToken ? 0 : serializer.SerializeToArray(value).Length;
}
