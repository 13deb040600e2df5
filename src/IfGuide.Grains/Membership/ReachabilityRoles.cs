namespace IfGuide.Grains.Membership;

/// <summary>By which grain classes a silo's role is known.</summary>
/// <param name="Control">A grain that every silo hosts which can coordinate runs, and no other.</param>
/// <param name="Compute">A grain that every silo hosts which can compute units, and no other.</param>
public sealed record ReachabilityRoles(Type Control, Type Compute);
