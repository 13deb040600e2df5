namespace IfGuide.Pipeline.Curvature;

/// <summary>Names of tensors inside factor artifacts: <c>kind/layer</c>, with the kinds of CONTRACT section 4.</summary>
internal static class FactorNames
{
    public const string ActivationCovariance = "activation_covariance";
    public const string GradientCovariance = "gradient_covariance";
    public const string ActivationEigenvalues = "activation_eigenvalues";
    public const string ActivationEigenvectors = "activation_eigenvectors";
    public const string GradientEigenvalues = "gradient_eigenvalues";
    public const string GradientEigenvectors = "gradient_eigenvectors";
    public const string Lambda = "lambda";
    public const string Query = "query";
    public const string Preconditioned = "preconditioned";

    /// <summary>Metadata key of the number of tokens behind covariance sums.</summary>
    public const string AttendedTokens = "attended_tokens";

    /// <summary>Metadata key of the number of sequences behind lambda and query sums.</summary>
    public const string Sequences = "sequences";

    /// <summary>Metadata key of the number of tokens with loss behind query sums.</summary>
    public const string LossTokens = "loss_tokens";

    /// <summary>Metadata key prefix of a layer's damping.</summary>
    public const string Damping = "damping";

    /// <summary>Metadata key of the layers of an input group, separated by spaces.</summary>
    public const string Layers = "layers";

    public static string Of(string kind, string layer) => $"{kind}/{layer}";
}
