namespace IfGuide.Storage.Corpora.Parquet;

/// <summary>What is read of a row, in UTF-8.</summary>
/// <param name="Text">Its text; null when the cell is null.</param>
/// <param name="Id">Its id; null when the cell is null or there is no such column.</param>
/// <param name="Source">Its source; null when the cell is null or there is no such column.</param>
internal readonly record struct ParquetRow(byte[]? Text, byte[]? Id, byte[]? Source);
