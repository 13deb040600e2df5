using System.CommandLine;
using IfGuide.Benchmarks;
using IfGuide.Benchmarks.Scheduling;
using IfGuide.Numerics.Runtime;
using static TorchSharp.torch;

var shapeOption = new Option<string>("--shape") { Description = "tiny, pythia-70m, pythia-160m or all", DefaultValueFactory = _ => "all" };
var deviceOption = new Option<string>("--device") { Description = "cpu or cuda:N", DefaultValueFactory = _ => "cpu" };
var precisionOption = new Option<string>("--precision") { Description = "float32 or bfloat16", DefaultValueFactory = _ => "float32" };
var repeatsOption = new Option<int>("--repeats") { Description = "Times each stage is measured; the best counts", DefaultValueFactory = _ => 3 };
var threadsOption = new Option<int>("--threads") { Description = "Threads of matrix products; 0: libtorch's choice" };
var stageOption = new Option<string>("--stage") { Description = "Measure stages whose name contains this", DefaultValueFactory = _ => string.Empty };
var schedulingOption = new Option<int>("--scheduling") { Description = "In place of the stages: hand out this many units that compute nothing, on one control and two compute silos" };
var behavioursOption = new Option<bool>("--behaviours") { Description = "In place of the stages: the scores of 1, 2 and 4 behaviours in one pass, and what each further one costs" };
var attentionOption = new Option<bool>("--attention") { Description = "In place of the stages: memory and seconds of passes over sequences of 1,024 to 8,192 tokens" };
var command = new RootCommand("Measures each stage against the same process' own GEMM rate.") { schedulingOption, behavioursOption, attentionOption, shapeOption, deviceOption, precisionOption, repeatsOption, threadsOption, stageOption };
command.SetAction(async (result, _) =>
{
    if (result.GetValue(schedulingOption) is > 0 and var units)
    {
        await SchedulingBenchmark.RunAsync(units);
        return 0;
    }

    TorchRuntime.Load();
    if (result.GetValue(threadsOption) is > 0 and var threads)
    {
        set_num_threads(threads);
    }

    var precision = result.GetValue(precisionOption) == "bfloat16" ? ScalarType.BFloat16 : ScalarType.Float32;
    var device = TorchDevice.Open(result.GetValue(deviceOption)!);
    if (result.GetValue(attentionOption))
    {
        AttentionBenchmark.Print(device);
        return 0;
    }

    var wanted = result.GetValue(shapeOption)!;
    foreach (var shape in Shape.All.Where(shape => wanted == "all" || shape.Name == wanted))
    {
        using var workload = new Workload(shape, precision, device);
        if (result.GetValue(behavioursOption))
        {
            BehaviourBenchmark.Print(workload, precision, result.GetValue(repeatsOption));
            continue;
        }

        ResultTable.Print(shape, precision, Stages.Measure(workload, precision, result.GetValue(repeatsOption), result.GetValue(stageOption)!));
    }

    return 0;
});
command.Add(TokenizerBenchmark.Command());
command.Add(JudgeBenchmark.Command());
return await command.Parse(args).InvokeAsync();
