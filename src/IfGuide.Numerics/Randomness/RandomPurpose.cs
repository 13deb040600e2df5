namespace IfGuide.Numerics.Randomness;

/// <summary>What a random number is for; part of its counter, so that no two uses share numbers.</summary>
public enum RandomPurpose
{
    /// <summary>Labels sampled for the covariance pass.</summary>
    CovarianceLabels = 1,
    /// <summary>Labels sampled for the lambda pass.</summary>
    LambdaLabels = 2,
    /// <summary>Order of the training data.</summary>
    DataOrder = 3,
    /// <summary>Sampled continuations.</summary>
    Continuations = 4,
    /// <summary>Initial weights.</summary>
    InitialWeights = 5,
    /// <summary>Which sequences the factors are fitted on.</summary>
    FactorSample = 6,
    /// <summary>Resamples of a bootstrap interval.</summary>
    Bootstrap = 7,
    /// <summary>Tokens of the baseline that suppresses random ones.</summary>
    RandomMask = 8,
}
