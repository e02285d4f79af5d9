using System.Globalization;
using Parley.Cli.Demo.Show.Story;

namespace Parley.Cli.Demo.Show;

/// <summary>What goes on while the server runs: a scene after the other, and a question now and then.</summary>
internal sealed class Living(ShowSet set, Answers answers)
{
    /// <summary>The number of the build when the morning was filled in, and how many more there are in each round of the scenes.</summary>
    private const int FirstBuild = 4812, BuildsInRound = 2;

    private const double ShortestPause = 9, LongerBy = 6;

    /// <summary>How long the person has peace after an answer, and how long a round of the scenes takes, roughly.</summary>
    private static readonly TimeSpan Peace = TimeSpan.FromMinutes(3), Round = TimeSpan.FromMinutes(5);

    /// <param name="begun">When the morning was filled in. Numbers go on from there.</param>
    public async Task GoOnAsync(DateTimeOffset begun)
    {
        var first = FirstBuild + (BuildsInRound * (int)((set.Time.GetUtcNow() - begun) / Round));
        for (var turn = 0; !set.Stopping.IsCancellationRequested; turn++)
        {
            var build = first + (BuildsInRound * (turn / Life.Scenes.Count));
            // The first message comes soon, so that the person sees at once that somebody is there.
            await set.Pace.BreatheAsync(turn == 0 ? 3 : ShortestPause + (LongerBy * (turn % 3)), set.Stopping);
            await set.TryAsync("a scene broke off", _ => PlayAsync(Life.Scenes[turn % Life.Scenes.Count], build));
            await set.TryAsync("no question was asked", _ => answers.AskNextAsync(Peace));
        }
    }

    private async Task PlayAsync(IReadOnlyList<DemoLine> scene, int build)
    {
        foreach (var line in scene.Select(line => Numbered(line, build)).Where(line => set.Cast.Has(line.From)))
        {
            await set.Pace.BreatheAsync(line.Pause.TotalSeconds, set.Stopping);
            await set.Talk.SayAsync(line, executionId: null, set.Stopping);
            await set.Talk.WorkAsync(line, set.Stopping);
        }
    }

    private static DemoLine Numbered(DemoLine line, int build)
    {
        return line with
        {
            Text = In(line.Text),
            Thread = In(line.Thread),
            Task = In(line.Task),
            Starts = In(line.Starts),
            Completes = In(line.Completes),
            Keeps = line.Keeps is { } note ? note with { Json = In(note.Json) } : null,
        };

        [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
        string? In(string? text) => text?
            .Replace("{build}", build.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{next}", (build + 1).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }
}
