using System.Text.Json;
using Parley.Cli.Demo.Show.Story;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo.Show;

/// <summary>Fills in the morning, a chapter after the other. A chapter that was played is not played again.</summary>
internal sealed class Filling(ShowSet set, Ears ears, Answers answers)
{
    /// <summary>In seconds. Nobody extends the leases of the show's tasks.</summary>
    public const int LongestLease = 86_400;

    /// <summary>Where the chapters that were played are written down.</summary>
    public const string Marker = "demo/show";

    /// <summary>The last chapter in which the one who is away is there.</summary>
    public const string WithAll = "talks";

    /// <summary>With a higher limit, the storm would take too long.</summary>
    private const int HighestLoopLimit = 200, UsualLoopLimit = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), Soon = TimeSpan.FromSeconds(1);

    /// <summary>The chapters that were played so far.</summary>
    public static async Task<IReadOnlyList<string>> PlayedAsync(ParleyApi api, CancellationToken cancellationToken)
    {
        try
        {
            var marker = await api.Memory.GetAsync(Marker, cancellationToken);
            return [.. marker.Value.GetProperty("chapters").EnumerateArray().Select(chapter => chapter.GetString()!)];
        }
        catch (ParleyException missing) when (missing.Code == ErrorCodes.NotFound)
        {
            return [];
        }
    }

    public async Task PlayAsync(IReadOnlyList<string> played)
    {
        var done = played.ToList();
        foreach (var (name, play) in Chapters())
        {
            if (done.Contains(name) || !await set.TryAsync($"the chapter '{name}' broke off", _ => play()))
                continue;
            done.Add(name);
            var marker = JsonElement.Parse($$"""{"chapters": [{{string.Join(", ", done.Select(one => $"\"{one}\""))}}]}""");
            await set.Api.Memory.SetAsync(Marker, marker, cancellationToken: set.Stopping);
        }
    }

    private IReadOnlyList<(string Name, Func<Task> Play)> Chapters() =>
    [
        ("shelf", new ShelfChapter(set).PlayAsync),
        ("plan", new PlanChapter(set).PlayAsync),
        ("board", new BoardChapter(set).PlayAsync),
        (WithAll, TalkAsync),
        ("trouble", TroubleAsync),
        ("questions", AskAsync),
    ];

    private async Task TalkAsync()
    {
        await SayAsync(PlatformTalks.BeforeSomebodyLeaves);
        await set.Cast.LeaveAsync(Fleet.Away);
        await SayAsync(PlatformTalks.All);
        await SayAsync(ExportTalks.All, await set.FindExportAsync());
        await SayAsync([Trouble.Superseded]);
        var old = await set.Api.Messages.ListAsync(new MessageQuery { Sender = Trouble.Superseded.From.AgentId, Limit = 1 }, set.Stopping);
        await set.Cast[Trouble.Superseding.From].Agent.SendAsync(Message(Trouble.Superseding) with { Supersedes = old.Items[0].MessageId }, set.Stopping);
        var later = set.Time.GetUtcNow() + TimeSpan.FromMinutes(50);
        await set.Cast[Trouble.Scheduled.From].Agent.SendAsync(Message(Trouble.Scheduled) with { DeliverAt = later }, set.Stopping);
    }

    private async Task TroubleAsync()
    {
        await SayAsync(Trouble.ForTheOneAway);
        await set.Cast[Fleet.Broken].Agent.SetStatusAsync(AgentStatus.Error, AgentActivity.Unknown, cancellationToken: set.Stopping);
        ears.IsBroken = true;
        await SayAsync(Trouble.ToTheBroken);
        await SayAsync(Trouble.Malformed);
        await set.Api.Agents.PauseAsync(Fleet.Digest.AgentId, Fleet.WhyPaused, set.Stopping);
        await WaitForDeadLettersAsync(Trouble.ToTheBroken.Count + Trouble.Malformed.Count);
        ears.IsBroken = false;
        await StormAsync();
    }

    private async Task StormAsync()
    {
        var limit = (await set.Api.Projects.GetAsync(set.Api.Location.Project!, set.Stopping)).Settings.LoopLimit ?? UsualLoopLimit;
        if (limit is 0 or > HighestLoopLimit)
        {
            set.Tell($"Demo: no storm is shown, because this project's loop_limit is {limit}.");
            return;
        }

        await DemoStorm.RageAsync(
            set.Cast[Trouble.Spark.From], set.Cast[Fleet.Lior], limit,
            number => number == 0 ? Message(Trouble.Spark) : new SendRequest
            {
                MessageType = number % 2 == 0 ? "code_review_feedback" : "answer",
                Content = Trouble.Zigzag[(number - 1) % Trouble.Zigzag.Count],
            },
            sent: null, set.Stopping, Trouble.Stubborn);
    }

    private async Task AskAsync()
    {
        foreach (var (who, text, answer, options) in Questions.Settled)
        {
            var asked = await set.Cast[who].Agent.BeginAskAsync(
                new QuestionRequest
                {
                    Content = text,
                    Options = options.Count > 0 ? [.. options.Select(option => new QuestionOption { Value = option })] : null,
                    Default = answer is null ? options[0] : null,
                    Deadline = answer is null ? set.Time.GetUtcNow() + Soon : null,
                },
                set.Stopping);
            if (answer is not null)
                await set.Api.Questions.AnswerAsync(asked.QuestionId, answer, cancellationToken: set.Stopping);
        }

        foreach (var question in Questions.Open)
            await answers.AskAsync(question);
        await SayAsync(ExportTalks.WhileTheQuestionIsOpen, await set.FindExportAsync());
    }

    private async Task SayAsync(IReadOnlyList<DemoLine> lines, Execution? execution = null)
    {
        foreach (var line in lines.Where(line => set.Cast.Has(line.From)))
            await set.Talk.SayAsync(line, execution?.ExecutionId, set.Stopping);
    }

    private async Task WaitForDeadLettersAsync(int count)
    {
        var until = set.Time.GetTimestamp();
        while (set.Time.GetElapsedTime(until) < Patience)
        {
            if ((await set.Api.DeadLetters.ListAsync(limit: 100, cancellationToken: set.Stopping)).Items.Count >= count)
                return;
            await set.Pace.LookAgainAsync(set.Stopping);
        }
    }

    private static SendRequest Message(DemoLine line) => new() { To = [line.To], MessageType = line.Type, Content = line.Text, Intent = line.Intent };
}
