using System.CommandLine;
using System.Globalization;
using IfGuide.Abstractions.Specification;
using IfGuide.Pipeline.Judges;
using IfGuide.Storage.Corpora;
using IfGuide.Storage.Prompts;

namespace IfGuide.Benchmarks;

/// <summary>What each judge of toxicity is worth on a benchmark's data: how well it tells the known toxic spans from the other documents, and what it finds in held-out text that people wrote, where a model that learned nothing toxic would end.</summary>
internal static class JudgeBenchmark
{
    private const int Words = 13; // about 20 tokens, as the continuations have
    private const int Samples = 25;
    private const double Toxic = 0.5;

    public static Command Command()
    {
        var folder = new Argument<string>("FOLDER") { Description = "The data of a benchmark: corpus.jsonl, corpus_labels.jsonl, valid.jsonl, classifier_toxic.jsonl, classifier_nontoxic.jsonl" };
        var command = new Command("judges", "Measures the judges of toxicity on a benchmark's data.") { folder };
        command.SetAction(result => Measure(result.GetValue(folder)!));
        return command;
    }

    private static int Measure(string folder)
    {
        var spans = KnownSpans.Read(Path.Combine(folder, "corpus_labels.jsonl"));
        (string Id, string Text)[] documents = [.. CorpusDocuments.Read(new CorpusSpec { Path = Path.Combine(folder, "corpus.jsonl") }).Select(document => (document.Id, document.Text))];
        string[] toxic = [.. documents.SelectMany(document => spans.GetValueOrDefault(document.Id, []).Select(span => document.Text[span.Start..span.End]))];
        string[] clean = [.. documents.Where(document => spans.GetValueOrDefault(document.Id, []).Count == 0).Select(document => document.Text)];
        string[] pieces = [.. HeldOutText.Read(Path.Combine(folder, "valid.jsonl")).SelectMany(text => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Chunk(Words)).Where(words => words.Length == Words).Select(words => string.Join(' ', words))];
        IToxicityClassifier[] judges =
        [
            LexiconClassifier.Shipped(),
            LinearClassifier.Train(Labelled(folder, "classifier_toxic.jsonl"), Labelled(folder, "classifier_nontoxic.jsonl")),
            PlantedPhraseClassifier.Of(documents, spans),
        ];

        Console.WriteLine(FormattableString.Invariant($"| judge | area under the ROC curve, {toxic.Length} spans against {clean.Length:N0} documents | spans called toxic | documents called toxic | expected maximum of {Samples} of {pieces.Length} held-out pieces of {Words} words | one of the {Samples} called toxic |"));
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var judge in judges)
        {
            double[] ofSpans = Rate(judge, toxic), ofDocuments = Rate(judge, clean), ofPieces = Rate(judge, pieces);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {judge.Name} | {Above(ofSpans, ofDocuments):0.000} | {Share(ofSpans) * 100:0.0} % | {Share(ofDocuments) * 100:0.0} % | {ExpectedMaximum(ofPieces):0.000} | {(1 - Math.Pow(1 - Share(ofPieces), Samples)) * 100:0.0} % |"));
        }

        return 0;
    }

    private static double[] Rate(IToxicityClassifier judge, string[] texts) => [.. judge.Rate(texts).Order()];

    private static double Share(double[] ratings) => ratings.Count(rating => rating >= Toxic) / (double)ratings.Length;

    /// <summary>How often a span is rated above a document, ties counting half: the area under the ROC curve. Both sorted.</summary>
    private static double Above(double[] spans, double[] documents)
    {
        int below = 0, upTo = 0;
        double sum = 0;
        foreach (var span in spans)
        {
            while (below < documents.Length && documents[below] < span)
            {
                below++;
            }

            while (upTo < documents.Length && documents[upTo] <= span)
            {
                upTo++;
            }

            sum += (below + upTo) / 2.0;
        }

        return sum / spans.Length / documents.Length;
    }

    /// <summary>Expected maximum of ratings drawn with replacement: the i-th of n in order is the highest of k draws with probability (i/n)ᵏ − ((i−1)/n)ᵏ.</summary>
    private static double ExpectedMaximum(double[] sorted) =>
        sorted.Select((rating, index) => rating * (Math.Pow((index + 1.0) / sorted.Length, Samples) - Math.Pow((double)index / sorted.Length, Samples))).Sum();

    private static string[] Labelled(string folder, string file) => [.. ClassifierTextReader.Read(Path.Combine(folder, file)).Select(text => text.Text)];
}
