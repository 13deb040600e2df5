using System.Reflection;
using System.Reflection.Emit;
using IfGuide.Numerics.Runtime;
using TorchSharp;

namespace IfGuide.Numerics.Tests.Runtime;

/// <summary>No code of ours lets TorchSharp make a plain number that nobody holds during the call (see <see cref="TensorArithmetic"/>): read from the compiled methods.</summary>
public sealed class HeldNumbersTests
{
    /// <summary>They hold their numbers with <c>using</c>.</summary>
    private static readonly string[] Holders = [nameof(TensorArithmetic), "FusedAdamW"];

    private static readonly Dictionary<int, OpCode> OpCodes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (int)(ushort)code.Value);

    [Fact]
    public void CompiledMethods_ThenOnlyTheHoldersMakeNumbers()
    {
        var makers = MethodsThatMakeNumbers(typeof(torch).Assembly);
        Assert.Contains(makers, method => method.Name == nameof(torch.Tensor.square)); // the scan sees what it looks for
        var careless =
            from method in Methods(typeof(TensorArithmetic).Assembly)
            where !Holders.Contains(method.DeclaringType!.Name)
            from called in Calls(method)
            where MakesNumber(called) || makers.Contains(called)
            select $"{method.DeclaringType!.FullName}.{method.Name} calls {called.DeclaringType!.Name}.{called.Name}";
        Assert.Empty(careless.Distinct());
    }

    private static bool MakesNumber(MethodBase method) =>
        (method.DeclaringType == typeof(Scalar) && method.Name == "op_Implicit") || method.Name.EndsWith("ToScalar", StringComparison.Ordinal);

    /// <summary>The library's methods that make a number themselves or call one that does.</summary>
    private static HashSet<MethodBase> MethodsThatMakeNumbers(Assembly library)
    {
        var calls = Methods(library).Where(method => method.DeclaringType != typeof(Scalar)).ToDictionary(method => method, method => Calls(method).ToHashSet());
        var makers = calls.Where(entry => entry.Value.Any(MakesNumber)).Select(entry => entry.Key).ToHashSet();
        for (var before = 0; before < makers.Count;)
        {
            before = makers.Count;
            makers.UnionWith(calls.Where(entry => entry.Value.Overlaps(makers)).Select(entry => entry.Key).ToList());
        }

        return makers;
    }

    private static IEnumerable<MethodBase> Methods(Assembly assembly) => assembly.GetTypes()
        .SelectMany(type => type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .OfType<MethodBase>();

    private static IEnumerable<MethodBase> Calls(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var place = 0; place < code.Length;)
        {
            var instruction = code[place] == 0xfe ? OpCodes[0xfe00 | code[place + 1]] : OpCodes[code[place]];
            place += instruction.Size;
            if (instruction.OperandType == OperandType.InlineMethod && Resolve(method, BitConverter.ToInt32(code, place)) is { } called)
            {
                yield return called;
            }

            place += instruction.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, place)),
                _ => 4,
            };
        }
    }

    private static MethodBase? Resolve(MethodBase caller, int token)
    {
        var ofType = caller.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        return caller.Module.ResolveMethod(token, ofType, caller.IsGenericMethod ? caller.GetGenericArguments() : null);
    }
}
