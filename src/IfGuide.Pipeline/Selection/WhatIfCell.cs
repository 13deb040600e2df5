namespace IfGuide.Pipeline.Selection;

/// <summary>What a selection with other parameters would select.</summary>
public sealed record WhatIfCell
{
    /// <summary>Scores above this quantile are candidates.</summary>
    public required double Quantile { get; init; }

    /// <summary>Tokens on each side of a candidate.</summary>
    public required int Window { get; init; }

    /// <summary>Largest number of tokens.</summary>
    public required long Budget { get; init; }

    /// <summary>The budget as a share of the corpus' tokens; null where it was given as a count.</summary>
    public double? BudgetShare { get; init; }

    /// <summary>The quantile's score.</summary>
    public required float Threshold { get; init; }

    /// <summary>Tokens above the threshold.</summary>
    public required long Candidates { get; init; }

    /// <summary>Tokens that would be selected.</summary>
    public required long Tokens { get; init; }

    /// <summary>Share of the corpus' tokens that would be.</summary>
    public required double Share { get; init; }

    /// <summary>Documents with at least one of them; null where the corpus has no documents.</summary>
    public long? Documents { get; init; }

    /// <summary>Sequences with at least one of them.</summary>
    public required long Sequences { get; init; }

    /// <summary>Whether the budget ended the selection.</summary>
    public required bool StoppedOnBudget { get; init; }

    /// <summary>Whether these are the run's own parameters.</summary>
    public required bool IsRun { get; init; }
}
