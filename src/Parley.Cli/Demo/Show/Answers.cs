using System.Text.Json;
using Parley.Cli.Demo.Show.Story;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo.Show;

/// <summary>Questions to the person: asks them, and lets their agents go on once there is an answer.</summary>
internal sealed class Answers(ShowSet set, Steps steps)
{
    private static readonly JsonElement Validated = JsonElement.Parse("""{"invoices": 200, "valid": 200}""");

    public async Task AskAsync(StoryQuestion question)
    {
        var task = question.Task is { } title ? await set.FindTaskAsync(title) : null;
        var execution = question.InExport ? await set.FindExportAsync() : null;
        await set.Cast[question.Who].Agent.BeginAskAsync(
            new QuestionRequest
            {
                Content = question.Content,
                Options = question.Options,
                Default = question.Default,
                Deadline = set.Time.GetUtcNow() + TimeSpan.FromMinutes(question.Minutes),
                ThreadId = set.Talk.ThreadId(question.Thread),
                TaskId = task?.TaskId,
                ExecutionId = execution?.ExecutionId,
            },
            set.Stopping);
    }

    /// <summary>If no question has been open for a while, asks the next one of those that come later.</summary>
    public async Task AskNextAsync(TimeSpan quiet)
    {
        var asked = await set.Api.Questions.ListAsync(limit: 500, cancellationToken: set.Stopping);
        if (asked.Items.Any(question => question.Status == QuestionStatus.Open)
            || asked.Items.Any(question => question.AnsweredAt > set.Time.GetUtcNow() - quiet))
        {
            return;
        }

        var before = asked.Items.Count(question => Questions.Later.Any(later => later.Content == question.Content));
        await AskAsync(Questions.Later[before % Questions.Later.Count]);
    }

    /// <summary>An agent has the answer to its question, and goes on visibly.</summary>
    public void GoOn(DemoMember me, ReceivedMessage received, string questionId) => set.Begin($"{me.Actor.Name} could not go on", async stop =>
    {
        var question = await set.Api.Questions.GetAsync(questionId, cancellationToken: stop);
        if (Questions.All.FirstOrDefault(one => one.Content == question.Content && one.Who == me.Actor) is { } story && question.Answer is { } answer)
            await ContinueAsync(me, story, question, answer, stop);
        // Only now: if the server is stopped before, the answer comes again.
        await received.AckAsync(cancellationToken: stop);
    });

    private async Task ContinueAsync(DemoMember me, StoryQuestion story, Question question, string answer, CancellationToken stop)
    {
        await me.Agent.SetStatusAsync(activity: AgentActivity.Working, cancellationToken: stop);
        if (question.ThreadId is { } thread)
            set.Talk.GoOnIn(story.Thread, thread);
        var export = story.InExport ? await set.FindExportAsync() : null;
        var label = question.Options.FirstOrDefault(option => option.Value == answer)?.Label ?? answer;
        foreach (var line in story.Before.GetValueOrDefault(answer, []).Concat(story.Then))
        {
            await set.Pace.BreatheAsync(line.Pause.TotalSeconds, stop);
            await SayAsync(Filled(line, label, answer), export, stop);
        }

        foreach (var step in story.Steps)
            await steps.CompleteAsync(step);
        foreach (var title in story.Completes)
        {
            if (await set.FindTaskAsync(title, me.Actor.AgentId) is { Status: AgentTaskStatus.Assigned or AgentTaskStatus.InProgress } task)
                await me.Agent.CompleteTaskAsync(task.TaskId, task.Fence, Validated, stop);
        }

        if (story.ReleasesFiles)
        {
            foreach (var held in (await set.Api.Reservations.ListAsync(live: true, agent: me.Actor.AgentId, cancellationToken: stop)).Items)
                await me.Agent.ReleaseReservationAsync(held.ReservationId, stop);
        }

        if (story.Next is { } next && set.Cast.Has(next.Who)
            && await set.FindTaskAsync(next.Task, next.Who.AgentId) is { Status: AgentTaskStatus.Assigned } begun)
        {
            await set.Cast[next.Who].Api.Tasks.MoveAsync(begun.TaskId, "start", new TaskMove { Fence = begun.Fence, LeaseSeconds = Filling.LongestLease }, stop);
        }
    }

    private async Task SayAsync(DemoLine line, Execution? export, CancellationToken stop)
    {
        await set.Talk.SayAsync(line, export?.ExecutionId, stop);
        if (export is not { Status: ExecutionStatus.InProgress })
            return;
        if (line.Log is { } log)
            await set.Api.Executions.LogAsync(export.ExecutionId, log, cancellationToken: stop);
        if (line.Progress is not null || line.Phase is not null)
            await set.Api.Executions.UpdateAsync(export.ExecutionId, new ExecutionPatch { Progress = line.Progress, CurrentPhase = line.Phase }, stop);
    }

    private static DemoLine Filled(DemoLine line, string label, string value)
    {
        // Both are texts of a person, so the JSON around them needs them escaped.
        var safe = JsonSerializer.Serialize(value, WireJson.Lenient.String)[1..^1];
        return line with
        {
            Text = line.Text.Replace("{answer}", label, StringComparison.Ordinal),
            Keeps = line.Keeps is { } note ? note with { Json = note.Json.Replace("{value}", safe, StringComparison.Ordinal) } : null,
        };
    }
}
