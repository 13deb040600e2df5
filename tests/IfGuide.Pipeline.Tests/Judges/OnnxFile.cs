namespace IfGuide.Pipeline.Tests.Judges;

/// <summary>Writes a small ONNX classifier, protobuf by hand: logits = Σ over attended tokens of a row of a table. Operator set 11.</summary>
internal static class OnnxFile
{
    private const int Float = 1;
    private const int Int64 = 7;

    /// <summary>The bytes of the model.</summary>
    /// <param name="table">Logits that each token adds, [vocabulary, labels].</param>
    /// <param name="extraInput">Name of a further input, which the model ignores; null: none.</param>
    public static byte[] Create(float[,] table, string? extraInput = null)
    {
        var (rows, columns) = (table.GetLength(0), table.GetLength(1));
        var values = new byte[table.Length * sizeof(float)];
        Buffer.BlockCopy(table, 0, values, 0, values.Length);
        var tensor = new Message().Number(1, rows).Number(1, columns).Number(2, Float).Text(8, "table").Bytes(9, values);
        var graph = new Message()
            .Inner(1, Node("Gather", ["table", "input_ids"], "rows"))
            .Inner(1, Node("Cast", ["attention_mask"], "mask").Inner(5, new Message().Text(1, "to").Number(3, Float).Number(20, 2)))
            .Inner(1, Node("Unsqueeze", ["mask"], "column").Inner(5, Axes(2)))
            .Inner(1, Node("Mul", ["rows", "column"], "kept"))
            .Inner(1, Node("ReduceSum", ["kept"], "logits").Inner(5, Axes(1)).Inner(5, new Message().Text(1, "keepdims").Number(3, 0).Number(20, 2)))
            .Text(2, "classifier")
            .Inner(5, tensor)
            .Inner(11, Value("input_ids", Int64, "texts", "tokens"))
            .Inner(11, Value("attention_mask", Int64, "texts", "tokens"));
        if (extraInput is not null)
        {
            graph.Inner(11, Value(extraInput, Int64, "texts", "tokens"));
        }

        graph.Inner(12, Value("logits", Float, "texts", columns));
        return new Message().Number(1, 6).Inner(7, graph).Inner(8, new Message().Text(1, string.Empty).Number(2, 11)).ToArray();
    }

    private static Message Node(string type, string[] inputs, string output)
    {
        var node = new Message();
        foreach (var input in inputs)
        {
            node.Text(1, input);
        }

        return node.Text(2, output).Text(4, type);
    }

    private static Message Axes(int axis) => new Message().Text(1, "axes").Number(8, axis).Number(20, 7);

    private static Message Value(string name, int type, params object[] dimensions)
    {
        var shape = new Message();
        foreach (var dimension in dimensions)
        {
            shape.Inner(1, dimension is int size ? new Message().Number(1, size) : new Message().Text(2, (string)dimension));
        }

        return new Message().Text(1, name).Inner(2, new Message().Inner(1, new Message().Number(1, type).Inner(2, shape)));
    }

    /// <summary>A protobuf message in the making.</summary>
    private sealed class Message
    {
        private readonly List<byte> bytes = [];

        public Message Number(int field, long value)
        {
            Varint((ulong)field << 3);
            Varint((ulong)value);
            return this;
        }

        public Message Bytes(int field, ReadOnlySpan<byte> value)
        {
            Varint(((ulong)field << 3) | 2);
            Varint((ulong)value.Length);
            bytes.AddRange(value);
            return this;
        }

        public Message Text(int field, string value) => Bytes(field, System.Text.Encoding.UTF8.GetBytes(value));

        public Message Inner(int field, Message value) => Bytes(field, value.ToArray());

        public byte[] ToArray() => [.. bytes];

        private void Varint(ulong value)
        {
            for (; value >= 0x80; value >>= 7)
            {
                bytes.Add((byte)(value | 0x80));
            }

            bytes.Add((byte)value);
        }
    }
}
