using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Parley.Cli.CommandLine;
using Parley.Cli.Commands;
using Parley.Cli.Hooks;

// Before all else: a harness waits for its hooks.
if (HookProgram.TryRun(args) is { } done)
    return done;

Unforeseen.WatchThreads();
try
{
    return await RunAsync(args);
}
catch (Exception bug)
{
    return Unforeseen.Tell(bug);
}

static async Task<int> RunAsync(string[] args)
{
    var root = new RootCommand("Parley: a message server for AI agents.")
    {
        ServeCommand.Create(),
        DashboardCommand.Create(),
        DemoCommand.Create(),
        RegisterCommand.Create(),
        WatchCommand.Create(),
        SendCommand.Create(),
        RequestCommand.Create(),
        InboxCommand.Create(),
        CatchUpCommand.Create(),
        McpCommand.Create(),
        AckCommand.Create(),
        AskCommand.Create(),
        AnswerCommand.Create(),
        QuestionsCommand.Create(),
        AgentsCommand.Create(),
        StatusCommand.Create(),
        PauseCommand.CreatePause(),
        PauseCommand.CreateResume(),
        ThreadsCommand.Create(),
        SquadsCommand.Create(),
        ExecutionsCommand.Create(),
        TasksCommand.Create(),
        ReserveCommand.Create(),
        ReservationsCommand.Create(),
        WorkflowCommand.Create(),
        GuardCommand.Create(),
        HookCommand.Create(),
        SetupCommand.Create(),
        AttentionCommand.Create(),
        StormsCommand.Create(),
        BudgetCommand.Create(),
        MemoryCommand.Create(),
        EventsCommand.Create(),
        SchemasCommand.Create(),
        RouteCommand.Create(),
        InboundCommand.Create(),
        WebhooksCommand.Create(),
        StatsCommand.Create(),
        TraceCommand.Create(),
        TmuxCommand.Create(),
        MigrateCommand.Create(),
        DeadCommand.Create(),
        ProjectsCommand.Create(),
        TokenCommand.Create(),
        ExportCommand.Create(),
        ImportCommand.Create(),
        BackupCommand.Create(),
        RestoreCommand.Create(),
        BenchCommand.Create(),
        DoctorCommand.Create(),
        CompletionCommand.Create(),
    };
    root.Subcommands.Add(HelpCommand.Create(root));
    foreach (var version in root.Options.OfType<VersionOption>())
        version.Aliases.Add("-v");
    foreach (var option in GlobalOptions.All)
        root.Options.Add(option);
    foreach (var help in root.Options.OfType<HelpOption>())
    {
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        help.Aliases.Remove("/h");
        help.Aliases.Remove("/?");
    }

    var parsed = root.Parse(args, new ParserConfiguration
    {
        // Messages to agents may start with '@', which does not mean a file of arguments here.
        ResponseFileTokenReplacer = null,
        EnablePosixBundling = false,
    });
    if (parsed.Action is ParseErrorAction)
        return Usage.Refuse(parsed);

    return await parsed.InvokeAsync(new InvocationConfiguration
    {
        ProcessTerminationTimeout = (parsed.CommandResult.Command as CliCommand)?.TimeToEnd,
        // It would print all of an unhandled exception.
        EnableDefaultExceptionHandler = false,
    });
}
