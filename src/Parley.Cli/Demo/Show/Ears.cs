using System.Text.Json;
using Parley.Cli.CommandLine;
using Parley.Cli.Demo.Show.Story;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo.Show;

/// <summary>What each of the fleet does with a message that reaches it.</summary>
internal sealed class Ears(ShowSet set, Steps steps, Answers answers, Talks talks) : IDemoEars
{
    private const double SlowSeconds = 20;

    /// <summary>Whether the broken script fails at everything. Set while the morning is filled in.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Whether the silent one was written to by a person.</summary>
    private volatile bool _isAwake;

    public async Task HearAsync(DemoMember me, ReceivedMessage message, CancellationToken cancellationToken)
    {
        try
        {
            // What waited since the last start comes at once, perhaps before the others are there.
            await set.Entered.WaitAsync(cancellationToken);
            await TakeAsync(me, message, cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException && Failure.Of(failure, cancellationToken) is not null)
        {
            if (!set.Stopping.IsCancellationRequested)
                set.Tell($"Demo: {me.Actor.Name} could not take a message: {failure.Message}");
        }
    }

    public void Lose(DemoMember me, ParleyException why)
    {
        if (!set.Stopping.IsCancellationRequested)
            set.Tell($"Demo: {me.Actor.Name} has left: {why.Message}");
    }

    private async Task TakeAsync(DemoMember me, ReceivedMessage received, CancellationToken stop)
    {
        var message = received.Message;
        if (me.Actor == Fleet.Broken && IsBroken)
        {
            await received.NackAsync(TimeSpan.Zero, Trouble.BadGateway, stop);
        }
        else if (Lacks(message))
        {
            await received.NackAsync(TimeSpan.Zero, Trouble.Refusal, stop);
        }
        else if (message is { MessageType: "answer", Payload: { ValueKind: JsonValueKind.Object } payload } && payload.TryGetProperty("question_id", out var question))
        {
            answers.GoOn(me, received, question.GetString()!);
        }
        else if (message.MessageType == "workflow_step")
        {
            await received.AckAsync(cancellationToken: stop);
            steps.Take(me, received);
        }
        else if (message.Authority != Authority.Agent && message.MessageType == "task_assignment")
        {
            await received.AckAsync(cancellationToken: stop);
            talks.TakeTask(me, message);
        }
        else if (message.Authority == Authority.Operator && IsMeant(me.Actor, message.To))
        {
            var wakesUp = me.Actor == Fleet.Silent && !_isAwake;
            _isAwake |= wakesUp;
            talks.Answer(me, received, wakesUp);
        }
        else if (me.Actor == Fleet.Silent && !_isAwake)
        {
            // It is connected, so it is handed over. More does not happen.
        }
        else if (me.Actor == Fleet.Broken && message.Intent == Intent.Request)
        {
            await me.Agent.SetStatusAsync(AgentStatus.Online, AgentActivity.Idle, cancellationToken: stop);
            await received.ReplyAsync(new SendRequest { MessageType = "completion_notification", Content = Replies.Works, Outcome = Outcome.Success }, stop);
        }
        else if (Fleet.Slow.Contains(me.Actor) && message.Authority == Authority.Agent)
        {
            set.Begin($"{me.Actor.Name} could not acknowledge a message", async later =>
            {
                await Task.Delay(TimeSpan.FromSeconds(SlowSeconds), set.Time, later);
                await received.AckAsync(cancellationToken: later);
            });
        }
        else
        {
            await received.AckAsync(cancellationToken: stop);
        }
    }

    /// <summary>Whether a request of the digest lacks what its reader needs.</summary>
    private static bool Lacks(Message message) =>
        message.SenderId == Fleet.Digest.AgentId && message.MessageType == "request"
        && !(message.Payload is { ValueKind: JsonValueKind.Object } payload && payload.TryGetProperty(Trouble.NeededField, out _));

    /// <summary>Of many who hear a person, one answers.</summary>
    private static bool IsMeant(DemoActor me, IReadOnlyList<string> to) => to.Any(address =>
        address == me.AgentId
        || (address == "*" && me == Fleet.Priya)
        || Fleet.Squads.Any(squad => squad.Address == address && squad.Members[0] == me)
        || address.StartsWith("role:", StringComparison.Ordinal)
        || address.StartsWith("capability:", StringComparison.Ordinal));
}
