using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Parley.Client;
using Parley.Protocol;
using static Parley.Cli.Demo.DemoSquad;

namespace Parley.Cli.Demo;

/// <summary><c>parley demo team</c>: five agents take a small project from plan to done. Everything happens through the public interface, as it would
/// among real agents; only what they say is written down here.</summary>
internal sealed class TeamStory(ParleyApi api, DemoCast cast, DemoStage stage, DemoPerson person, DemoPace pace, CancellationToken cancellation)
{
    /// <summary>With a higher limit, the storm would take too long to watch.</summary>
    private const int HighestLoopLimit = 200, UsualLoopLimit = 50;

    private const string Interrupted = "The demo was interrupted.";

    private Workflow? _workflow;
    private AgentTask? _task;

    /// <summary>The person's answer.</summary>
    private string? _decision;

    /// <summary>Reservations to release if the demo is interrupted.</summary>
    private readonly List<(DemoActor Holder, Reservation Reservation)> _held = [];

    private Workflow Workflow => _workflow ?? throw new InvalidOperationException("The plan comes first.");

    /// <summary>Plays it from plan to done.</summary>
    public static async Task PlayAsync(ParleyApi api, ParleyOptions options, DemoStage stage, DemoPerson person, DemoPace pace, CancellationToken cancellation)
    {
        await using var cast = await DemoCast.GatherAsync(Five, api, options, cancellation);
        var story = new TeamStory(api, cast, stage, person, pace, cancellation);
        try
        {
            await story.PlanAsync();
            await story.ShareAsync();
            await story.ClashAsync();
            await story.StormAsync();
            await story.TestAsync();
            await story.DecideAsync();
            await story.ReleaseAsync();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await story.BreakOffAsync(pace.LastWords());
            throw;
        }
    }

    private async Task PlanAsync()
    {
        stage.Chapter("A plan", "workflows");
        _workflow = await cast[Priya].Api.Workflows.StartAsync(TeamPlan.Plan(pace.Patience), cancellation);
        stage.Announce(await api.Executions.GetAsync(Workflow.ExecutionId!, cancellation));
        await SayAsync(Priya, Five.Address, "standup", "Morning, all. We build a status page. You get your steps from the plan, each as soon as what it needs is there.");
        stage.Show(await api.Workflows.GetAsync(Workflow.WorkflowId, cancellation));
    }

    private async Task ShareAsync()
    {
        stage.Chapter("What both must know", "memory");
        var contract = await cast[Bram].Agent.SetMemoryAsync(TeamPlan.ContractKey, TeamPlan.Contract, cancellationToken: cancellation);
        await SayAsync(Bram, Fen.AgentId, "status_update", $"The contract is in shared memory, under {TeamPlan.ContractKey}. Watch the key: if it changes, you hear of it.");
        var read = await cast[Fen].Agent.GetMemoryAsync(TeamPlan.ContractKey, cancellation);
        stage.Tell($"Fen reads {read!.Key}: {read.Value.GetRawText()}", contract, WireJson.Lenient.MemoryEntry, "memory");
    }

    private async Task ClashAsync()
    {
        stage.Chapter("One file, two agents", "reservations");
        var first = await ReserveAsync(Bram, TeamPlan.SharedFiles, "The contract becomes types.");
        stage.Tell($"Bram holds {TeamPlan.SharedFiles}, fence {Number(first.Fence)}.", first, WireJson.Lenient.Reservation, "reservation");
        var second = await ReserveAsync(Fen, TeamPlan.SharedFile, "The page needs a state 'unknown'.");
        stage.Tell($"Fen wants {TeamPlan.SharedFile}, and waits in the queue.", second, WireJson.Lenient.Reservation, "reservation");
        await ShowAsync(await cast[Bram].HearAsync(message => message.MessageType == "reservation_wanted", cancellation));
        await pace.BreatheAsync(1, cancellation);
        await cast[Bram].Agent.ReleaseReservationAsync(first.ReservationId, cancellation);
        await ShowAsync(await cast[Fen].HearAsync(message => message.MessageType == "reservation_granted", cancellation));
        await cast[Fen].Agent.ReleaseReservationAsync(second.ReservationId, cancellation);
        _held.Clear();
        await EndAsync(Bram, TeamPlan.Api, """{"url": "/status", "tests": 9}""");
        await EndAsync(Fen, TeamPlan.Page, """{"file": "status.html"}""");
    }

    private async Task StormAsync()
    {
        stage.Chapter("Two that cannot stop", "storms");
        var limit = (await api.Projects.GetAsync(cast[Priya].Agent.ProjectId, cancellation)).Settings.LoopLimit ?? UsualLoopLimit;
        if (limit is 0 or > HighestLoopLimit)
        {
            stage.Tell($"This project's loop_limit is {Number(limit)}, so this chapter is left out.");
            return;
        }

        var begun = Stopwatch.GetTimestamp();
        var sent = await DemoStorm.RageAsync(
            cast[Bram], cast[Fen], limit, Message,
            async (answer, number) =>
            {
                if (number < 2)
                    await ShowAsync(await api.Messages.GetAsync(answer.MessageId, cancellation));
            },
            cancellation);
        stage.Tell(string.Create(CultureInfo.InvariantCulture, $"... {sent} messages in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s, each of which would cost a model's call."));
        var alert = await api.Messages.ListAsync(new MessageQuery { Type = "storm", Limit = 1 }, cancellation);
        foreach (var told in alert.Items)
            await ShowAsync(told);
        var storms = await api.Storms.ListAsync("open", agent: Bram.AgentId, cancellationToken: cancellation);
        foreach (var storm in storms.Items)
        {
            var over = await api.Storms.CancelAsync(storm.StormId, cancellation);
            stage.Tell($"Enough: parley storms cancel {storm.StormId}", over, WireJson.Lenient.Storm, "storm");
        }

        foreach (var told in alert.Items)
            await api.Messages.AckAsync(told.MessageId, cancellationToken: cancellation);

        SendRequest Message(int number) => new()
        {
            Content = number % 2 == 0 ? "Great work, thank you!" : "No, thank you!",
            ExecutionId = Workflow.ExecutionId,
        };
    }

    private async Task TestAsync()
    {
        stage.Chapter("Work for whoever can do it", "tasks");
        var step = await HearStepAsync(Ines, TeamPlan.Test);
        stage.Tell($"The plan asked for the capability {TeamPlan.Testing}; Ines has it, and gets the step with the results so far: {step.Payload!.Value.GetProperty("input").GetRawText()}");
        var task = _task = await cast[Ines].Agent.CreateTaskAsync(
            new TaskRequest
            {
                Title = "The page says 'up' while the API says 'down'",
                Priority = Priority.High,
                RequiredCapabilities = [TeamPlan.Pages],
                AutoAssign = true,
            },
            cancellation);
        await ShowAsync(await cast[Fen].HearAsync(message => message.TaskId == task.TaskId, cancellation));
        await SayAsync(Fen, Ines.AgentId, "acknowledgment", "Mine. A cached answer outlived the outage it was about.");
        task = await cast.StartAsync(Fen, task, cancellation);
        await pace.BreatheAsync(2, cancellation);
        stage.Check(_task = await cast.CompleteAsync(Fen, task, cancellation));
        await EndAsync(Ines, step, TeamPlan.Test, """{"passed": 14, "summary": "14 checks passed, one fault found and fixed."}""");
    }

    private async Task DecideAsync()
    {
        stage.Chapter("A person decides", "questions");
        var question = await AskedAsync();
        stage.Ask(question, pace.Patience, person.IsThere);
        question = await person.DecideAsync(api, question, cancellation);
        _decision = question.Answer;
        stage.Tell(
            question.Status == QuestionStatus.Answered ? $"{question.AnsweredBy} answered: {question.Answer}" : $"Nobody answered in time, so the default counts: {question.Answer}",
            question, WireJson.Lenient.Question, "question");
    }

    private async Task ReleaseAsync()
    {
        stage.Chapter("Done", "executions");
        if (_decision == TeamPlan.Yes)
            await EndAsync(Otto, TeamPlan.Release, """{"version": "1.0.0"}""");
        await ShowAsync(await cast[Priya].HearAsync(message => message.MessageType == "workflow_completion" && IsOurs(message), cancellation));
        stage.Show(await api.Workflows.GetAsync(Workflow.WorkflowId, cancellation));
        stage.Close(await api.Executions.GetAsync(Workflow.ExecutionId!, cancellation));
    }

    /// <summary>Leaves nothing behind that would wait for somebody.</summary>
    private async Task BreakOffAsync(CancellationToken brief)
    {
        if (_workflow is not null)
            await api.Workflows.CancelAsync(_workflow.WorkflowId, Interrupted, brief);
        if (_task is { Status: not AgentTaskStatus.Completed })
            await api.Tasks.UpdateAsync(_task.TaskId, new TaskPatch { Status = AgentTaskStatus.Cancelled, Error = Interrupted }, brief);
        foreach (var (holder, reservation) in _held)
            await cast[holder].Api.Reservations.ReleaseAsync(reservation.ReservationId, brief);
    }

    private async Task<Reservation> ReserveAsync(DemoActor actor, string path, string reason)
    {
        await pace.BreatheAsync(1.5, cancellation);
        var reservation = await cast[actor].Agent.ReserveAsync(new ReservationRequest { Paths = [path], Reason = reason, TtlSeconds = 120, Wait = true }, cancellation);
        _held.Add((actor, reservation));
        return reservation;
    }

    private Task<Message> HearStepAsync(DemoActor actor, string step) => cast[actor].HearAsync(
        message => message.MessageType == "workflow_step" && IsOurs(message) && message.Payload!.Value.GetProperty("step").GetString() == step, cancellation);

    private bool IsOurs(Message message) => message.Payload?.GetProperty("workflow_id").GetString() == Workflow.WorkflowId;

    private async Task EndAsync(DemoActor actor, string step, string result) => await EndAsync(actor, await HearStepAsync(actor, step), step, result);

    /// <summary>Ends a step by a reply with an outcome, which is all that an agent has to know.</summary>
    private async Task EndAsync(DemoActor actor, Message handed, string step, string result)
    {
        await pace.BreatheAsync(1.5, cancellation);
        await cast[actor].Agent.ReplyAsync(handed.MessageId, new SendRequest { Outcome = Outcome.Success, Payload = JsonElement.Parse(result) }, cancellation);
        var workflow = await api.Workflows.GetAsync(Workflow.WorkflowId, cancellation);
        stage.Check(workflow.Steps.Single(one => one.Step == step));
    }

    /// <summary>The question of the plan, once it is asked.</summary>
    private async Task<Question> AskedAsync()
    {
        while (true)
        {
            var ship = (await api.Workflows.GetAsync(Workflow.WorkflowId, cancellation)).Steps.Single(step => step.Step == TeamPlan.Ship);
            if (ship.QuestionId is { } id && await api.Questions.GetAsync(id, cancellationToken: cancellation) is { MessageId: not null } question)
                return question;
            await pace.LookAgainAsync(cancellation);
        }
    }

    private async Task SayAsync(DemoActor from, string to, string type, string text)
    {
        await pace.BreatheAsync(1.5, cancellation);
        var message = new SendRequest { To = [to], MessageType = type, Content = text, ExecutionId = Workflow.ExecutionId };
        var answer = await cast.SayAsync(from, message, cancellation);
        // Shown as stored, not as intended.
        await ShowAsync(await api.Messages.GetAsync(answer.MessageId, cancellation));
    }

    private Task ShowAsync(Message message) => stage.ShowAsync(message, typedOut: !pace.Fast, cancellation);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
