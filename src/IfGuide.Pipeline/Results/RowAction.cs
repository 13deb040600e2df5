namespace IfGuide.Pipeline.Results;

/// <summary>Takes a row of an array.</summary>
/// <typeparam name="T">The elements' type.</typeparam>
/// <param name="row">The row; valid during the call only.</param>
public delegate void RowAction<T>(ReadOnlySpan<T> row);
