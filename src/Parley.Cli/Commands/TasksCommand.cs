using System.CommandLine;
using System.Text.Json;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Client;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Commands;

/// <summary><c>parley tasks list|show|create|assign|complete|watch</c></summary>
internal static class TasksCommand
{
    private static readonly Argument<string> Id = new("task") { Description = "The task's id or number." };

    public static Command Create() => new CliCommand("tasks", "Lists, shows, creates, assigns, completes, and watches tasks.")
    {
        List(), Show(), Make(), Assign(), Complete(), Watch(),
    };

    private static CliCommand List()
    {
        var status = new Option<string?>("--status") { Description = "Only those with this status." };
        status.OneOf(Words.All<AgentTaskStatus>());
        var agent = new Option<string?>("--agent") { Description = "Only those that this agent has or had.", HelpName = "AGENT" };
        var overdue = new Option<bool>("--overdue") { Description = "Only those that have not ended although their due date has passed." };
        var limit = Numbers.Limit("--limit", 50);
        return new CliCommand("list", "Lists tasks, newest first.", "parley tasks list --status pending", "parley tasks list --agent be-1 --json")
        {
            status, agent, overdue, limit,
        }.Does(async call =>
        {
            await call.ActAsync();
            var page = await call.Api.Tasks.ListAsync(
                call.Arguments.GetValue(status), call.Arguments.GetValue(agent), call.Arguments.GetValue(overdue), call.Arguments.GetValue(limit), after: null, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(page, WireJson.Lenient.PageAgentTask);
            else
                Listing.WritePage(call.Terminal, ["number", "task", "status", "agent", "ended or created", "title"], page, task => Row(task, call.Time), "No tasks.");
            return ExitCode.Done;
        });
    }

    private static CliCommand Show() => new CliCommand("show", "Shows a task and the agents that it was assigned to.", "parley tasks show 0199e1c1-0000-7000-8000-000000000700")
    {
        Id,
    }.Does(async call =>
    {
        await call.ActAsync();
        var id = call.Arguments.GetRequiredValue(Id);
        var task = await call.Api.Tasks.GetAsync(id, call.Cancellation);
        Print(task, call.Terminal);
        if (call.Terminal.Json)
            return ExitCode.Done;
        foreach (var given in (await call.Api.Tasks.AssignmentsAsync(id, call.Cancellation)).Items)
            call.Terminal.WriteLine(PlainText.Of($"  assigned to {given.AgentId}: {Words.Of(given.Status)}{(given.Reason is { } reason ? $" ({reason})" : "")}"));
        return ExitCode.Done;
    });

    private static CliCommand Make()
    {
        var title = new Argument<string>("title") { Description = "What to do, in one line." };
        var description = new Option<string?>("--description") { Description = "A description.", HelpName = "TEXT" };
        var priority = PriorityOption.Create();
        var due = Moments.Ahead("--due", "When it is due", TimeProvider.System);
        var agent = new Option<string?>("--agent") { Description = "The agent to assign it to.", HelpName = "AGENT" };
        var auto = new Option<bool>("--auto") { Description = "Let the server choose an agent, now or when one comes." };
        var needs = new Option<string[]>("--needs") { Description = "A capability that the agent must have; may be repeated.", HelpName = "CAPABILITY" };
        var after = new Option<string[]>("--after") { Description = "A task that must be completed first; may be repeated.", HelpName = "TASK" };
        return new CliCommand("create", "Creates a task.",
            "parley tasks create \"Review pull request 17\" --auto --needs review", "parley tasks create \"Build the login page\" --agent fe-1")
        {
            title, description, priority, due, agent, auto, needs, after,
        }.Does(async call =>
        {
            await call.ActAsync();
            var request = new TaskRequest
            {
                Title = call.Arguments.GetRequiredValue(title),
                Description = call.Arguments.GetValue(description),
                Priority = call.Arguments.GetValue(priority),
                DueDate = call.Arguments.GetValue(due),
                AgentId = call.Arguments.GetValue(agent),
                AutoAssign = call.Arguments.GetValue(auto) ? true : null,
                RequiredCapabilities = call.Arguments.GetValue(needs) is { Length: > 0 } capabilities ? capabilities : null,
                DependsOn = call.Arguments.GetValue(after) is { Length: > 0 } tasks ? tasks : null,
            };
            Print(await call.Api.Tasks.CreateAsync(request, call.Cancellation), call.Terminal);
            return ExitCode.Done;
        });
    }

    private static CliCommand Assign()
    {
        var agent = new Argument<string?>("agent") { Description = "The agent; if omitted, the server chooses.", Arity = ArgumentArity.ZeroOrOne };
        return new CliCommand("assign", "Assigns a task to an agent.", "parley tasks assign 0199e1c1-0000-7000-8000-000000000700 be-1")
        {
            Id, agent,
        }.Does(async call =>
        {
            await call.ActAsync();
            Print(await call.Api.Tasks.AssignAsync(call.Arguments.GetRequiredValue(Id), call.Arguments.GetValue(agent), call.Cancellation), call.Terminal);
            return ExitCode.Done;
        });
    }

    private static CliCommand Complete()
    {
        var result = new Argument<string?>("result") { Description = "JSON; anything else is stored as text.", Arity = ArgumentArity.ZeroOrOne };
        var fence = Numbers.Optional("--fence", "The fence that came with the assignment; an operator needs none.", "NUMBER", 1, long.MaxValue, "a whole number from 1");
        return new CliCommand("complete", "Ends a task with its result. Exit code 7 if the agent lost it.",
            "parley tasks complete 0199e1c1-0000-7000-8000-000000000700 '{\"pull_request\": 17}' --fence 1 --as be-1")
        {
            Id, result, fence,
        }.Does(async call =>
        {
            await call.ActAsync();
            var move = new TaskMove
            {
                Fence = call.Arguments.GetValue(fence),
                Result = call.Arguments.GetValue(result) is { } text ? JsonWords.Value(text, "<result>") : null,
            };
            Print(await call.Api.Tasks.MoveAsync(call.Arguments.GetRequiredValue(Id), "complete", move, call.Cancellation), call.Terminal);
            return ExitCode.Done;
        });
    }

    private static CliCommand Watch() => new CliCommand(
        "watch", "Shows the tasks, then each change as it happens. With an agent's token, name the agent with --as. Ctrl-C ends it.",
        "parley tasks watch", "parley tasks watch --json").Does(async call =>
    {
        try
        {
            await call.ActAsync();
            await using var agent = await ParleyAgent.ConnectAsync(call.Options with { AgentId = call.Reader, Token = call.Token }, call.Cancellation);
            using var all = JsonDocument.Parse("{}");
            var request = new FeedRequest { Feeds = new Dictionary<string, JsonElement?> { ["tasks"] = all.RootElement }, Snapshot = true };
            await using var subscription = await agent.SubscribeAsync(request, call.Cancellation);
            await foreach (var change in subscription.WithCancellation(call.Cancellation))
            {
                if (call.Terminal.Json)
                    call.Terminal.WriteJson(new StreamLine(Words.Of(change.Kind), change.Place, change.Item ?? all.RootElement), OutputJson.Lines.StreamLine);
                else if (change.Task is { } task)
                    call.Terminal.Text.MarkupLine(PlainText.EscapeLines(change.Kind == FeedEntryKind.Delete ? $"{task.TaskId} was deleted" : Line(task), indent: 2));
            }
        }
        catch (OperationCanceledException) when (call.Cancellation.IsCancellationRequested)
        {
            // Watching ends when the user stops it.
        }

        return ExitCode.Done;
    });

    private static void Print(AgentTask task, Terminal terminal)
    {
        if (terminal.Json)
            terminal.WriteJson(task, WireJson.Lenient.AgentTask);
        else
            terminal.WriteLine(PlainText.Of(Line(task)));
    }

    private static string Line(AgentTask task)
    {
        var mark = task.Status switch { AgentTaskStatus.Completed => "✓", AgentTaskStatus.Failed => "✗", _ => "·" };
        var who = task.AgentId is not { } agent ? "" : task.Status == AgentTaskStatus.Assigned ? $" to {agent}" : $" by {agent}";
        var parts = task.Parts.Total > 0 ? $" [{task.Parts.Done} of {task.Parts.Total}]" : "";
        return $"{mark} {task.TaskId} {Words.Of(task.Status)}{who}{(task.Overdue ? " (overdue)" : "")}{parts} {task.Title}";
    }

    private static IReadOnlyList<string> Row(AgentTask task, TimeProvider time) =>
    [
        task.Number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        PlainText.Escape(task.TaskId),
        Words.Of(task.Status),
        PlainText.Escape(task.AgentId ?? "-"),
        Listing.Ago(task.CompletedAt ?? task.CreatedAt, time),
        PlainText.EscapeLine(task.Title, 60),
    ];
}
