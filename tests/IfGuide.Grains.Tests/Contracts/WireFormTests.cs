using System.Buffers;
using System.Reflection;
using IfGuide.Abstractions.Runs;
using IfGuide.Abstractions.Specification;
using IfGuide.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Orleans.CodeGeneration;
using Orleans.Serialization;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Session;
using Orleans.Serialization.WireProtocol;

namespace IfGuide.Grains.Tests.Contracts;

/// <summary>The bytes of every message are pinned: silos of two consecutive builds must understand each other.</summary>
/// <remarks>A message's block has one line for each form it ever had, the present one last. Earlier forms must stay readable.</remarks>
public sealed class WireFormTests
{
    /// <summary>Names on the wire of methods that were renamed since: builds of both names call each other.</summary>
    private static readonly Dictionary<string, string> WireNames = new() { [nameof(IRunGrain.EnsureRunning)] = "Nudge" };

    private static readonly ServiceProvider Services = new ServiceCollection().AddSerializer().BuildServiceProvider();
    private static readonly PinnedFile Pinned = new("wire/messages.txt");

    public static TheoryData<Type> Messages => [.. Filler.Messages];

    public static TheoryData<Type> Records => [.. Filler.Messages.Where(type => !typeof(Exception).IsAssignableFrom(type))];

    public static TheoryData<Type> Enumerations => [.. typeof(RunSpec).Assembly.GetTypes().Where(type => type.IsEnum && type.IsPublic)];

    public static TheoryData<Type> Interfaces => [.. typeof(RunSpec).Assembly.GetTypes().Where(type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type))];

    [Theory, MemberData(nameof(Messages))]
    public void Message_HasItsPinnedBytes(Type message)
    {
        var alias = AliasOf(message);
        var present = Convert.ToHexStringLower(Serialize(Filler.Fill(message)));
        if (PinnedFile.Updating && Last(alias) != present)
        {
            Pinned.Write(alias, [.. Pinned[alias], present]);
        }

        Assert.True(Last(alias) == present, $"{alias} has other bytes on the wire than tests/Goldens/wire/messages.txt says. {PinnedFile.Remedy}\nNow: {present}\n{Describe(present)}");
    }

    [Theory, MemberData(nameof(Messages))]
    public void Message_OfAnEarlierForm_IsRead_WithDefaultsForWhatItLacks(Type message)
    {
        var filled = Filler.Fill(message);
        foreach (var form in Pinned[AliasOf(message)])
        {
            var back = Services.GetRequiredService<Serializer>().Deserialize<object>(Convert.FromHexString(form));
            Assert.IsType(message, back);
            Assert.Empty(Misread(message.Name, filled, Default(message), back));
        }
    }

    [Theory, MemberData(nameof(Messages))]
    public void Message_WithAFieldOfANewerBuild_IsReadWithoutIt(Type message)
    {
        var present = Serialize(Filler.Fill(message));
        byte[] newer = [.. present[..^1], .. FieldOfANewerBuild(), present[^1]];
        var back = Services.GetRequiredService<Serializer>().Deserialize<object>(newer);
        if (back is Exception exception)
        {
            Assert.Equal("text", exception.Message);
        }
        else
        {
            Assert.Equivalent(Filler.Fill(message), back, strict: true);
        }
    }

    [Theory, MemberData(nameof(Records))]
    public void Message_WithoutAnyField_IsReadWithDefaults(Type message) => Assert.IsType(message, Empty(message));

    [Theory, MemberData(nameof(Enumerations))]
    public void Enumeration_KeepsItsNumbers(Type enumeration)
    {
        string[] present = [.. Enum.GetValues(enumeration).Cast<object>().Select(value => $"{value} = {Convert.ToInt64(value, null)}")];
        var name = $"enum {enumeration.Name}";
        if (PinnedFile.Updating)
        {
            Pinned.Write(name, present);
        }

        Assert.True(Pinned[name].SequenceEqual(present), $"{enumeration.Name} has other members than tests/Goldens/wire/messages.txt says; only appending is safe. {PinnedFile.Remedy}");
    }

    /// <summary>A call's name on the wire is made of aliases alone, so that its interface may move to another folder.</summary>
    [Fact]
    public void Calls_NameNoNamespace()
    {
        var calls = typeof(RunSpec).Assembly.GetTypes().Where(type => type.Name.StartsWith("Invokable_", StringComparison.Ordinal)).ToArray();
        Assert.True(calls.Length > 8, $"only {calls.Length} calls were found");
        var names = Services.GetRequiredService<Orleans.Serialization.TypeSystem.TypeConverter>();
        Assert.All(calls, call => Assert.DoesNotContain("IfGuide.Abstractions", names.Format(call), StringComparison.Ordinal));
    }

    [Fact]
    public void EveryPinnedMessage_StillExists() =>
        Assert.Empty(Pinned.Names.Where(name => !name.StartsWith("enum ", StringComparison.Ordinal)).Except(Filler.Messages.Select(AliasOf)));

    [Theory, MemberData(nameof(Interfaces))]
    public void Interface_HasItsOwnNames_AndAVersion(Type contract)
    {
        Assert.Equal($"ifguide.{contract.Name}", AliasOf(contract));
        Assert.NotNull(contract.GetCustomAttribute<GrainInterfaceTypeAttribute>());
        Assert.True(contract.GetCustomAttribute<VersionAttribute>()?.Version >= 1);
        Assert.All(contract.GetMethods(), method => Assert.Equal(WireNames.GetValueOrDefault(method.Name, method.Name), method.GetCustomAttribute<AliasAttribute>()?.Alias));
    }

    private static string? Last(string alias) => Pinned[alias] is [.., var last] ? last : null;

    private static string AliasOf(Type type) => type.GetCustomAttribute<AliasAttribute>()?.Alias ?? throw new InvalidOperationException($"{type} has no alias.");

    private static byte[] Serialize(object message) => Services.GetRequiredService<Serializer>().SerializeToArray(message);

    /// <summary>What a message becomes when its sender knew none of its fields.</summary>
    private static object Empty(Type message) => Services.GetRequiredService<Serializer>().Deserialize<object>(Write((ref Writer<ArrayBufferWriter<byte>> writer) =>
    {
        writer.WriteStartObject(0, typeof(object), message);
        writer.WriteEndObject();
    }))!;

    private static byte[] FieldOfANewerBuild() => Write((ref Writer<ArrayBufferWriter<byte>> writer) =>
    {
        writer.WriteFieldHeader(900, typeof(int), typeof(int), WireType.VarInt);
        writer.WriteVarUInt32(14);
    });

    private delegate void Writing(ref Writer<ArrayBufferWriter<byte>> writer);

    private static byte[] Write(Writing write)
    {
        using var session = Services.GetRequiredService<SerializerSessionPool>().GetSession();
        var bytes = new ArrayBufferWriter<byte>();
        var writer = Writer.Create(bytes, session);
        write(ref writer);
        writer.Commit();
        return bytes.WrittenSpan.ToArray();
    }

    private static string Describe(string form)
    {
        using var session = Services.GetRequiredService<SerializerSessionPool>().GetSession();
        return Orleans.Serialization.Utilities.BitStreamFormatter.Format(Convert.FromHexString(form), session);
    }

    /// <summary>Places below a value that are neither as they were filled nor at their default.</summary>
    private static IEnumerable<string> Misread(string place, object? filled, object? unset, object? read)
    {
        if (Equivalent(filled, read) || Equivalent(unset, read))
        {
            return [];
        }

        return (filled, read) switch
        {
            (Array, System.Collections.IEnumerable items) =>
                items.Cast<object>().SelectMany((item, index) => Misread($"{place}[{index}]", ((Array)filled).GetValue(index), null, item)),
            ({ } whole, { } part) when Filler.Messages.Contains(part.GetType()) =>
                part.GetType().GetProperties().Where(property => property.CanWrite).SelectMany(property =>
                    Misread($"{place}.{property.Name}", property.GetValue(whole), property.GetValue(Default(part.GetType())), property.GetValue(part))),
            _ => [$"{place} is '{read}'"],
        };
    }

    private static object Default(Type message) => typeof(Exception).IsAssignableFrom(message) ? Activator.CreateInstance(message)! : Empty(message);

    private static bool Equivalent(object? expected, object? actual)
    {
        try
        {
            Assert.Equivalent(expected, actual, strict: true);
            return true;
        }
        catch (Xunit.Sdk.EquivalentException)
        {
            return false;
        }
    }
}
