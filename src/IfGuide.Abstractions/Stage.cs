namespace IfGuide.Abstractions;

/// <summary>The stages of a run, in order (CONTRACT section 3).</summary>
public enum Stage
{
    /// <summary>Inputs are checked, tokenised, packed and cut into shards.</summary>
    Prepare,
    /// <summary>The proxy is trained from scratch, when it has no weights.</summary>
    TrainProxy,
    /// <summary>Activation and gradient covariances.</summary>
    Covariance,
    /// <summary>Eigenvectors of the covariances.</summary>
    Eigenbasis,
    /// <summary>Eigenvalue corrections.</summary>
    Lambda,
    /// <summary>Query gradients and their preconditioning.</summary>
    Query,
    /// <summary>Token scores.</summary>
    Score,
    /// <summary>Threshold, ranking, budget, mask.</summary>
    Select,
    /// <summary>The target, with and without suppression.</summary>
    Train,
    /// <summary>Toxicity, perplexity, last-word accuracy.</summary>
    Evaluate,
    /// <summary>metrics.json and report.html.</summary>
    Report,
}
