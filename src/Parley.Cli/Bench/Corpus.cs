using System.Globalization;
using System.Text;

namespace Parley.Cli.Bench;

/// <summary>Texts that look like what agents say to each other: words with the distribution of natural language, so that indexes and searches have to
/// deal with common and rare terms. The same seed gives the same texts.</summary>
internal sealed class Corpus
{
    /// <summary>The size of a text in bytes. Every character is ASCII.</summary>
    public const int ContentBytes = 256;

    private const int Vocabulary = 5_000;
    private const int Contents = 4_096;

    private static readonly string[] Heads =
    [
        "the", "to", "is", "task", "ready", "review", "build", "please", "endpoint", "test", "schema", "deploy", "branch", "merge", "agent",
        "failed", "passed", "token", "cache", "query", "index", "login", "upload", "report", "latency", "retry", "queue", "release", "design", "client",
    ];

    private static readonly string[] Syllables =
    [
        "ba", "cor", "del", "fin", "gra", "hex", "in", "jo", "kel", "lum", "mon", "nor", "op", "per", "qua", "ren", "sta", "tor", "ul", "ver",
    ];

    private readonly string[] _words;
    private readonly double[] _cumulative;
    private readonly string[] _contents;

    public Corpus(int seed = 1)
    {
        var random = new Random(seed);
        _words = [.. Enumerable.Range(0, Vocabulary).Select(Word)];
        _cumulative = new double[Vocabulary];
        var sum = 0d;
        for (var rank = 0; rank < Vocabulary; rank++)
            _cumulative[rank] = sum += 1d / (rank + 1); // Zipf: the n-th most common word is n times rarer than the first.
        _contents = [.. Enumerable.Range(0, Contents).Select(_ => Compose(random))];
    }

    /// <summary>A text. After <see cref="Contents"/> texts, they repeat.</summary>
    public string this[int index] => _contents[index % Contents];

    /// <summary>A text that starts with a number that identifies it.</summary>
    public string Numbered(int index) => string.Concat(index.ToString("D8"), this[index].AsSpan(8));

    /// <summary>The number at the start of a text from <see cref="Numbered"/>.</summary>
    public static int NumberOf(string? content) => int.Parse(content.AsSpan(0, 8), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>Draws a term by its frequency: common ones are drawn often.</summary>
    public string Draw(Random random)
    {
        var found = Array.BinarySearch(_cumulative, random.NextDouble() * _cumulative[^1]);
        return _words[Math.Min(found < 0 ? ~found : found, Vocabulary - 1)];
    }

    /// <summary>A unique word: the rank, written in syllables.</summary>
    private static string Word(int rank)
    {
        if (rank < Heads.Length)
            return Heads[rank];
        var word = new StringBuilder();
        for (var rest = rank; rest > 0; rest /= Syllables.Length)
            word.Append(Syllables[rest % Syllables.Length]);
        return word.ToString();
    }

    private string Compose(Random random)
    {
        var content = new StringBuilder();
        while (content.Length < ContentBytes)
            content.Append(Draw(random)).Append(' ');
        return content.ToString(0, ContentBytes);
    }
}
