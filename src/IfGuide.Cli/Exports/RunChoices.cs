using IfGuide.Abstractions;
using IfGuide.Abstractions.Rules.Grammar;
using IfGuide.Pipeline.Results;

namespace IfGuide.Cli.Exports;

/// <summary>Which behaviour and which model of a run the options name. What there is not is refused in words of the options.</summary>
internal static class RunChoices
{
    /// <summary>Checks that a run has a behaviour.</summary>
    /// <param name="run">The run.</param>
    /// <param name="name">Its name; null: the run's only one.</param>
    /// <exception cref="UserErrorException">The run has none of that name, or several and none was named.</exception>
    public static void CheckBehaviour(RunArtifacts run, string? name)
    {
        var id = run.Specification.Run;
        var known = run.Behaviours;
        var all = string.Join(", ", known);
        if (name is null)
        {
            if (known.Count > 1)
            {
                throw new UserErrorException($"Run '{id}' has several behaviours: {all}. Choose one with --behaviour NAME.");
            }
        }
        else if (known.Count == 0)
        {
            throw new UserErrorException(
                $"--behaviour is '{name}', but the queries of run '{id}' name no behaviours; leave the option out.");
        }
        else if (!known.Contains(name))
        {
            var nearest = NearestName.Of(name, known);
            throw new UserErrorException($"Run '{id}' has no behaviour '{name}'; did you mean '{nearest}'? It has {all}.");
        }
    }

    /// <summary>Checks that a run has a model.</summary>
    /// <param name="run">The run.</param>
    /// <param name="name">Its name.</param>
    /// <exception cref="UserErrorException">It has none of that name.</exception>
    public static void CheckModel(RunArtifacts run, string name)
    {
        if (!run.Models.Contains(name))
        {
            var (id, models) = (run.Specification.Run, string.Join(", ", run.Models));
            throw new UserErrorException($"Run '{id}' trains no model '{name}'; it has {models}. Choose one with --model.");
        }
    }
}
