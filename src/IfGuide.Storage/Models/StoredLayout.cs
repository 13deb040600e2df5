using System.Runtime.InteropServices;
using IfGuide.Numerics.Models;
using IfGuide.Numerics.Models.Shapes;
using IfGuide.Storage.Formats;
using IfGuide.Storage.Safetensors;

namespace IfGuide.Storage.Models;

/// <summary>The layout in which Hugging Face stores weights where it is not [out, in]: GPT-2's projections are [in, out].</summary>
internal static class StoredLayout
{
    private const int PieceLength = 16 << 20;

    /// <summary>Writes weights that are [out, in] to a file as Hugging Face stores them.</summary>
    /// <param name="configuration">The model's shape and constants.</param>
    /// <param name="source">A safetensors file of weights as IfGuide uses them.</param>
    /// <param name="target">The file to make.</param>
    public static void Restore(TransformerConfiguration configuration, string source, string target)
    {
        using var file = SafetensorsFile.Open(source);
        if (!file.Tensors.Keys.Any(name => CausalLanguageModel.IsStoredTransposed(configuration, name)))
        {
            File.Copy(source, target);
            return;
        }

        using var stream = File.Create(target);
        var tensors = file.Tensors.Values.Select(entry => CreateSource(configuration, file, entry));
        SafetensorsWriter.Write(stream, tensors, file.Metadata);
    }

    /// <summary>Writes a matrix with rows and columns exchanged.</summary>
    /// <param name="file">The file.</param>
    /// <param name="entry">The matrix, in memory once while it is written.</param>
    /// <param name="output">Where to.</param>
    public static void WriteTransposed(SafetensorsFile file, TensorEntry entry, Stream output)
    {
        switch (entry.Type.Size())
        {
            case 2:
                WriteTransposed<ushort>(file, entry, output);
                break;
            case 4:
                WriteTransposed<uint>(file, entry, output);
                break;
            default:
                WriteTransposed<ulong>(file, entry, output);
                break;
        }
    }

    private static TensorSource CreateSource(TransformerConfiguration configuration, SafetensorsFile file, TensorEntry entry)
    {
        if (!CausalLanguageModel.IsStoredTransposed(configuration, entry.Name))
        {
            return TensorSource.FromFile(file, entry, entry.Name);
        }

        long[] shape = [entry.Shape[1], entry.Shape[0]];
        return new TensorSource(entry.Name, entry.Type, shape, output => WriteTransposed(file, entry, output));
    }

    private static void WriteTransposed<T>(SafetensorsFile file, TensorEntry entry, Stream output)
        where T : unmanaged
    {
        var (rows, columns) = (checked((int)entry.Shape[0]), checked((int)entry.Shape[1]));
        var elements = ReadElements<T>(file, entry, checked(rows * columns));
        var line = new T[rows];
        for (var column = 0; column < columns; column++)
        {
            for (var row = 0; row < rows; row++)
            {
                line[row] = elements[row * columns + column];
            }

            output.Write(MemoryMarshal.AsBytes(line.AsSpan()));
        }
    }

    private static T[] ReadElements<T>(SafetensorsFile file, TensorEntry entry, int count)
        where T : unmanaged
    {
        var elements = new T[count];
        file.ForEachPiece(entry.Name, PieceLength, (offset, bytes) =>
        {
            var rest = MemoryMarshal.AsBytes(elements.AsSpan())[checked((int)offset)..];
            bytes.CopyTo(rest);
        });
        return elements;
    }
}
