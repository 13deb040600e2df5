using System.Reflection;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Runs;
using IfGuide.Abstractions.Specification;
using IfGuide.Grains.Tests.Toy;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Serializers;

namespace IfGuide.Grains.Tests.Contracts;

/// <summary>Everything that grains say to each other can be said between processes, too.</summary>
public sealed class WireTests
{
    private static readonly ServiceProvider Services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    public static TheoryData<Type> Messages => [.. Interfaces()
        .SelectMany(contract => contract.GetMethods())
        .SelectMany(method => method.GetParameters().Select(parameter => parameter.ParameterType).Append(Result(method.ReturnType)))
        .Where(type => type != typeof(void) && type != typeof(CancellationToken))
        .Distinct()];

    public static TheoryData<Type> Records => [.. typeof(RunSpec).Assembly.GetTypes()
        .Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null && !typeof(Exception).IsAssignableFrom(type))];

    [Theory, MemberData(nameof(Messages))]
    public void Message_HasACodecAndACopier(Type message)
    {
        Assert.NotNull(Services.GetRequiredService<ICodecProvider>().GetCodec(message));
        Assert.NotNull(Services.GetRequiredService<IDeepCopierProvider>().GetDeepCopier(message));
    }

    [Theory, MemberData(nameof(Records))]
    public void Record_Filled_SurvivesTheWire(Type record)
    {
        var value = Filler.Fill(record);
        var bytes = Services.GetRequiredService<Serializer>().SerializeToArray(value);
        var back = Services.GetRequiredService<Serializer>().Deserialize<object>(bytes);
        Assert.Equivalent(value, back, strict: true);
    }

    [Fact]
    public void Specification_WithListsOfEveryOrigin_SurvivesTheWire()
    {
        // A collection expression makes a compiler type without a codec; the property must not keep it.
        var specification = ToyRun.Specification() with { Evaluation = new EvaluationSpec { Prompts = "/p.jsonl", Compare = ["base", "suppressed", "word-filter"] } };
        var serializer = Services.GetRequiredService<Serializer>();
        Assert.Equivalent(specification, serializer.Deserialize<RunSpec>(serializer.SerializeToArray(specification)), strict: true);
        var defaults = specification with { Evaluation = new EvaluationSpec { Prompts = "/p.jsonl" } };
        Assert.Equal(["base", "suppressed"], serializer.Deserialize<RunSpec>(serializer.SerializeToArray(defaults))!.Evaluation!.Compare);
    }

    [Fact]
    public void UserError_KeepsItsTypeAndMessage()
    {
        var serializer = Services.GetRequiredService<Serializer>();
        var back = serializer.Deserialize<Exception>(serializer.SerializeToArray<Exception>(new UserErrorException("queries.jsonl, line 3: no completion.")));
        Assert.Equal("queries.jsonl, line 3: no completion.", Assert.IsType<UserErrorException>(back).Message);
    }

    [Fact]
    public void Interfaces_AreThoseThatThisTestKnows() =>
        Assert.Equal(
            ["ICorpusShardGrain", "IEvaluationGrain", "ILayerFactorGrain", "IPreparationGrain", "IRunDirectoryGrain", "IRunGrain", "ISelectionGrain", "ITrainingGrain", "IUnitGrain"],
            Interfaces().Select(contract => contract.Name).Order(StringComparer.Ordinal));

    private static IEnumerable<Type> Interfaces() => typeof(IRunGrain).Assembly.GetTypes().Where(type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type));

    private static Type Result(Type task) => task.IsGenericType ? task.GetGenericArguments()[0] : typeof(void);
}
