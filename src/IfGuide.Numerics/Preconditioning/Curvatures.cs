namespace IfGuide.Numerics.Preconditioning;

/// <summary>Every approximation of the curvature that IfGuide has.</summary>
public static class Curvatures
{
    /// <summary>All of them, the most exact first.</summary>
    public static IReadOnlyList<ICurvature> All { get; } =
        [new EkfacCurvature(), new KfacCurvature(), new DiagonalCurvature(), new IdentityCurvature()];

    /// <summary>The approximation of a name.</summary>
    /// <param name="key">Its name in a run file.</param>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static ICurvature Find(string key) => All.FirstOrDefault(curvature => curvature.Key == key)
        ?? throw new ArgumentException($"There is no curvature '{key}'; there are {string.Join(", ", All.Select(curvature => curvature.Key))}.", nameof(key));
}
