using System.CommandLine;
using System.CommandLine.Parsing;
using Parley.Cli.CommandLine;
using Parley.Cli.Watch;
using Parley.Client;

namespace Parley.Cli.Commands;

/// <summary><c>parley watch</c></summary>
internal static class WatchCommand
{
    private const string DefaultProject = "default";

    private static readonly Option<string?> Execution = new("--execution")
    {
        Description = "Watch an execution to its end: its messages, progress, and log. Exit code 0 if it completed, 1 if not.",
        HelpName = "ID",
    };

    private static readonly Option<string?> Thread = new("--thread") { Description = "Watch a conversation.", HelpName = "ID" };

    private static readonly Option<string[]> Agent = new("--agent")
    {
        Description = "Watch an agent. With --execution, --thread, or --project, or if repeated: only messages to and from these agents.",
        HelpName = "ID",
    };

    private static readonly Option<string[]> Type = new("--type")
    {
        Description = "Only messages of this type; may be repeated.",
        HelpName = "TYPE",
    };

    private static readonly Option<string?> After = new("--after")
    {
        Description = "Start after this place in the log (0 is its start). Default: the whole conversation or execution, "
            + "or the project's or agent's last 50 messages.",
        HelpName = "SEQ",
    };

    public static Command Create()
    {
        var command = new CliCommand("watch",
            "Shows a conversation: history first, then live. Without a target, shows the messages to and from the agent of --as, or else the whole project. Ctrl-C ends it.",
            "parley watch",
            "parley watch --as bob",
            "parley watch --execution 0199e1c2-7d3f-7a51-9c0e-3b1f5d2a4e60",
            "parley watch --type question --type answer",
            "parley watch --json | jq -r 'select(.event == \"message\") | .data.content'")
        {
            Execution, Thread, Agent, Type, After,
        };
        command.Validators.Add(OneTarget);
        return command.Does(async call =>
        {
            await call.ActAsync();
            var target = await TargetAsync(call);
            return await UntilInterruptedAsync(new Watcher(call, target, Options(call, target)), call.Cancellation);
        });
    }

    /// <summary>Makes Ctrl-C work even while a line is being written that nobody reads (a pager, or a full pipe). Such a write cannot be cancelled,
    /// so it is left behind on a thread pool thread.</summary>
    private static async Task<ExitCode> UntilInterruptedAsync(Watcher watcher, CancellationToken interrupted)
    {
        try
        {
            return await Task.Run(watcher.RunAsync, CancellationToken.None).WaitAsync(interrupted);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
    }

    private static void OneTarget(CommandResult result)
    {
        if (result.GetResult(Execution) is not null && result.GetResult(Thread) is not null)
            result.AddError("Give either --execution or --thread, not both.");
    }

    private static async Task<WatchTarget> TargetAsync(Call call)
    {
        var arguments = call.Arguments;
        if (arguments.GetValue(Execution) is { } execution)
            return new WatchTarget.OfExecution(execution);
        if (arguments.GetValue(Thread) is { } thread)
            return new WatchTarget.OfThread(thread);
        return IsOneAgent(call, out var agent) || IsActor(call, out agent)
            ? new WatchTarget.OfAgent(agent)
            : new WatchTarget.OfProject(call.Project ?? await ProjectOfTokenAsync(call));
    }

    // A token may be limited to one project without saying which. Anything that it can read shows the project.
    private static async Task<string> ProjectOfTokenAsync(Call call)
    {
        if (!call.Location.TokenIsExplicit)
            return DefaultProject;
        var agents = await call.Api.Agents.ListAsync(new AgentQuery { Limit = 1 }, call.Cancellation);
        return agents.Items.Count > 0 ? agents.Items[0].ProjectId : DefaultProject;
    }

    private static StreamOptions Options(Call call, WatchTarget target) => new()
    {
        Types = call.Arguments.GetValue(Type),
        Agents = target is WatchTarget.OfAgent ? null : call.Arguments.GetValue(Agent),
        After = call.Arguments.GetValue(After),
    };

    // Watching as an agent shows what that agent would see. Operators act for the project, and see all of it.
    private static bool IsActor(Call call, out string agent)
    {
        agent = call.ActingAs ?? Call.Operators;
        return agent != Call.Operators && call.Arguments.GetValue(Agent) is not { Length: > 0 } && call.Arguments.GetValue(GlobalOptions.Project) is null;
    }

    // The environment's project is the one the user works in. A project on the command line is the one to watch.
    private static bool IsOneAgent(Call call, out string agent)
    {
        var agents = call.Arguments.GetValue(Agent) ?? [];
        agent = agents.FirstOrDefault() ?? "";
        return agents.Length == 1 && call.Arguments.GetValue(GlobalOptions.Project) is null;
    }
}
