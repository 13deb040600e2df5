using IfGuide.Numerics.Selection;
using IfGuide.Pipeline.Corpus;
using IfGuide.Pipeline.Runs;

namespace IfGuide.Pipeline.Selection;

/// <summary>Whole documents by the sum of their token scores; sequences where the corpus has no documents, as in the reference.</summary>
/// <remarks>Two passes over the scores; memory holds two numbers a document and one a sequence.</remarks>
internal sealed class DocumentChoice : ISelectionChoice
{
    private readonly InputView view;
    private readonly StoredScores scores;
    private readonly DocumentCursor documents;
    private readonly DocumentSelection selection;

    private DocumentChoice(InputView view, StoredScores scores, DocumentSelection selection, long[] order)
    {
        this.view = view;
        this.scores = scores;
        this.selection = selection;
        Order = order;
        documents = new DocumentCursor(view);
    }

    public float Threshold => 0;

    public long Candidates => selection.Candidates;

    public long SelectedTokens => selection.SelectedTokens;

    public bool StoppedOnBudget => selection.StoppedOnBudget;

    /// <summary>Sequences by the sum of their scores.</summary>
    public long[] Order { get; }

    public static DocumentChoice Of(InputView view, StoredScores scores, long budget)
    {
        var inputs = view.Inputs;
        var count = checked((int)(inputs.Documents > 0 ? inputs.Documents : inputs.Sequences));
        var (influences, tokens, sequences) = (new double[count], new int[count], new double[inputs.Sequences]);
        var documents = new DocumentCursor(view);
        for (var shard = 0; shard < scores.Count; shard++)
        {
            Walk(view, scores, documents, shard, (sequence, document, place, score) =>
            {
                influences[document] += score;
                sequences[sequence] += score;
                tokens[document]++;
            });
        }

        var order = Enumerable.Range(0, sequences.Length).OrderByDescending(sequence => sequences[sequence]).Select(sequence => (long)sequence).ToArray();
        return new DocumentChoice(view, scores, DocumentSelection.Select(influences, tokens, budget), order);
    }

    public void Write(int shard, MaskBlock write)
    {
        var (length, first) = (view.Inputs.SequenceLength, view.Inputs.FirstSequence(shard));
        var mask = new bool[length];
        var current = first;
        Walk(view, scores, documents, shard, (sequence, document, place, _) =>
        {
            PutUpTo(sequence);
            mask[place] = selection.Chosen[document];
        });
        PutUpTo(first + scores.Shape(shard).Sequences);

        void PutUpTo(long sequence)
        {
            for (; current < sequence; current++)
            {
                write(current - first, mask);
                Array.Clear(mask);
            }
        }
    }

    /// <summary>Every label of a shard with the documents that hold it.</summary>
    /// <param name="view">The unit.</param>
    /// <param name="scores">The scores.</param>
    /// <param name="documents">Has entered every shard before this one.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="visit">Called with sequence and document, numbered over the corpus, position in the sequence, and score.</param>
    private static void Walk(InputView view, StoredScores scores, DocumentCursor documents, int shard, Action<long, long, int, float> visit)
    {
        var (length, offset) = (view.Inputs.SequenceLength, view.Inputs.FirstSequence(shard));
        documents.Enter(shard);
        scores.Read(shard, 0, scores.Shape(shard).Sequences, (first, values, labelled) =>
        {
            for (var row = 0; row < values.Length / length; row++)
            {
                var sequence = offset + first + row;
                IEnumerable<(long Document, int Start, int End)> parts = view.Inputs.Documents > 0 ? documents.Of(first + row).Select(part => (part.Ordinal, part.Start, part.End)) : [(sequence, 0, length)];
                foreach (var (document, start, end) in parts)
                {
                    for (var place = Math.Max(1, start); place < end; place++) // nothing predicts a sequence's first token
                    {
                        if (labelled[row * length + place])
                        {
                            visit(sequence, document, place, values[row * length + place]);
                        }
                    }
                }
            }
        });
    }
}
