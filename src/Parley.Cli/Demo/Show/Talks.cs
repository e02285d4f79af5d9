using System.Globalization;
using System.Text.Json;
using Parley.Cli.CommandLine;
using Parley.Cli.Demo.Show.Story;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo.Show;

/// <summary>How the fleet talks with a person, and does what a person gives it.</summary>
internal sealed class Talks(ShowSet set)
{
    private const double ThinkingSeconds = 2.5, WorkSeconds = 15;

    /// <summary>Answers a person, from what the agent has to do at the moment.</summary>
    /// <param name="wakesUp">Whether it was silent until now.</param>
    public void Answer(DemoMember me, ReceivedMessage received, bool wakesUp) => set.Begin($"{me.Actor.Name} could not answer you", async stop =>
    {
        await received.SurfacedAsync(stop);
        await set.Pace.BreatheAsync(ThinkingSeconds, stop);
        var tasks = await set.Api.Tasks.ListAsync(agent: me.Actor.AgentId, limit: 100, cancellationToken: stop);
        var work = tasks.Items.Where(task => task.Status is AgentTaskStatus.InProgress or AgentTaskStatus.Assigned)
            .OrderByDescending(task => task.Status).ThenByDescending(task => task.Parts.Total).FirstOrDefault();
        var asks = received.Message.Intent == Intent.Request || (received.Content?.Contains('?', StringComparison.Ordinal) ?? false);
        await received.ReplyAsync(
            new SendRequest { MessageType = asks ? "answer" : "text", Content = wakesUp ? Fill(Replies.Awake, work) : Choose(received.Content ?? "", work) }, stop);
        if (wakesUp)
            await me.Agent.SetStatusAsync(activity: AgentActivity.Working, cancellationToken: stop);
    });

    /// <summary>Does a task that was assigned to it, if a person created it.</summary>
    public void TakeTask(DemoMember me, Message assignment)
    {
        if (assignment.Payload is not { ValueKind: JsonValueKind.Object } payload || !payload.TryGetProperty("task_id", out var named) || named.GetString() is not { } id)
            return;
        set.Begin($"{me.Actor.Name} could not do a task", async stop =>
        {
            var task = await set.Api.Tasks.GetAsync(id, stop);
            if (Fleet.All.Any(actor => actor.AgentId == task.CreatorId))
                return;
            await set.Pace.BreatheAsync(ThinkingSeconds, stop);
            task = await me.Api.Tasks.MoveAsync(id, "start", new TaskMove { Fence = task.Fence }, stop);
            await SayAsync("acknowledgment", Replies.Takes, Intent.Ack);
            await set.Pace.BreatheAsync(WorkSeconds, stop);
            await SayAsync("completion_notification", Replies.Ends, Intent.Inform);
            await me.Agent.CompleteTaskAsync(id, task.Fence, JsonElement.Parse("""{"tests": "green"}"""), stop);

            Task SayAsync(string type, string text, Intent intent) => me.Agent.SendAsync(
                new SendRequest
                {
                    To = [Call.Operators],
                    MessageType = type,
                    Content = text.Replace("{title}", task.Title, StringComparison.Ordinal),
                    ConversationThreadId = task.ThreadId,
                    TaskId = id,
                    Intent = intent,
                },
                stop);
        });
    }

    /// <summary>The text that fits what the person wrote.</summary>
    internal static string Choose(string said, AgentTask? work)
    {
        var text = said.ToLowerInvariant();
        var words = new HashSet<string>(text.Split([.. " \n\t.,;:!?\"'()"], StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);
        foreach (var (signs, busy, free) in Replies.ByWord)
        {
            if (signs.Any(sign => sign.Contains(' ', StringComparison.Ordinal) || sign == "?" ? text.Contains(sign, StringComparison.Ordinal) : words.Contains(sign)))
                return Fill(work is null ? free : busy, work);
        }

        return Fill(work is null ? Replies.Free : Replies.Busy, work);
    }

    private static string Fill(string text, AgentTask? work)
    {
        var parts = work is { Parts.Total: > 0 } ? string.Create(CultureInfo.InvariantCulture, $" {work.Parts.Done} of {work.Parts.Total} parts are done.") : "";
        return text.Replace("{work}", work?.Title ?? "the next task", StringComparison.Ordinal).Replace("{parts}", parts, StringComparison.Ordinal);
    }
}
