using System.Globalization;
using System.Reflection;
using IfGuide.Abstractions;
using IfGuide.Abstractions.Specification;

namespace IfGuide.Grains.Tests.Contracts;

/// <summary>Gives every property of a message a value that is not its default, so that a member which the wire forgets is seen. The same type always gets the same values.</summary>
internal static class Filler
{
    /// <summary>Everything that has a wire form in IfGuide's assemblies.</summary>
    public static IEnumerable<Type> Messages => new[] { typeof(RunSpec).Assembly, typeof(Client.IfGuideClient).Assembly, typeof(Grains.Hosting.IfGuideSilo).Assembly }
        .SelectMany(assembly => assembly.GetTypes())
        .Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null);

    public static object Fill(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Fill(underlying);
        }

        return type switch
        {
            _ when type == typeof(string) => "text",
            _ when type == typeof(bool) => true,
            _ when type == typeof(RunId) => RunId.Parse("run-7"),
            _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(7),
            _ when type == typeof(DateTimeOffset) => new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            _ when type.IsEnum => Enum.GetValues(type).GetValue(1)!,
            _ when type.IsPrimitive => Convert.ChangeType(7, type, CultureInfo.InvariantCulture),
            _ when type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) => List(type.GetGenericArguments()[0]),
            _ when typeof(Exception).IsAssignableFrom(type) => Activator.CreateInstance(type, "text")!,
            _ => Record(type),
        };
    }

    private static Array List(Type element)
    {
        var list = Array.CreateInstance(element, 2);
        list.SetValue(Fill(element), 0);
        list.SetValue(Fill(element), 1);
        return list;
    }

    private static object Record(Type type)
    {
        var parameters = type.GetConstructors().Select(candidate => candidate.GetParameters()).OrderBy(candidate => candidate.Length).FirstOrDefault() ?? [];
        var value = Activator.CreateInstance(type, [.. parameters.Select(parameter => Fill(parameter.ParameterType))])!;
        foreach (var property in type.GetProperties().Where(property => property.CanWrite))
        {
            property.SetValue(value, Fill(property.PropertyType));
        }

        return value;
    }
}
