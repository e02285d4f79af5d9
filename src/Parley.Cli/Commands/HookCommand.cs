using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Harnesses;
using Parley.Cli.Hooks;
using Parley.Cli.Output;
using Parley.Client;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Commands;

/// <summary><c>parley hook</c></summary>
internal static class HookCommand
{
    private const string All = "all";

    private static readonly string[] Names = [.. InstalledHarness.All.Select(static harness => harness.Name)];

    private static readonly Option<bool> User = new("--user") { Description = "In your own settings, which hold in all projects. This is the default." };

    private static readonly Option<bool> Project = new("--project") { Description = "In the settings of the project here, for everybody who works on it." };

    public static Command Create() => new CliCommand("hook", "Connects Claude Code, Codex, Copilot CLI, and Gemini CLI to Parley.")
    {
        Install(), Remove(), Status(), Called("run", "Gives an event of a harness to the server, and the server's answer to the harness."),
        Called("wait", "Waits until Claude Code's idle session is to be woken."), Called("watch", "Prints a line each time that a session is to be woken."),
    };

    private static CliCommand Install()
    {
        var agent = new Option<string?>("--agent") { Description = "The agent that the harness runs. Default: named after the folder that it works in, such as shop-claude.", HelpName = "ID" };
        var print = new Option<bool>("--print") { Description = "Only show what would change." };
        var harness = Harness();
        return new CliCommand(
            "install", "Adds Parley's hooks and MCP server to a harness's settings. Everything else in them stays as it is.",
            "parley hook install claude", "parley hook install all --print", "parley hook install codex --project --agent be-1")
        {
            harness, User, Project, agent, SetupCommand.Interrupt, SetupCommand.NoMcp, print,
        }.Does(call =>
        {
            var project = Folder(call);
            var options = SetupCommand.Options(call) with { Agent = call.Arguments.GetValue(agent) };
            var harnesses = Chosen(call.Arguments.GetValue(harness)!, HarnessState.IsHere);
            if (harnesses.Count == 0)
                throw new CommandException(ExitCode.NotFound, $"None of {OneOfWords.Listed(Names)} was found on this machine.", "Name one to install it anyway: parley hook install claude");
            var plan = Changing.Plan(harnesses, (to, one) => to.Install(one, project, options));
            if (call.Arguments.GetValue(print))
                Changing.Show(plan, call);
            else
                Changing.Write(plan, "Already installed.", call);
            Changing.NextSteps(harnesses, project, call);
            return Task.FromResult(ExitCode.Done);
        });
    }

    private static CliCommand Remove()
    {
        var print = new Option<bool>("--print") { Description = "Only show what would change." };
        var harness = Harness();
        return new CliCommand(
            "remove", "Takes Parley out of a harness's settings. Everything else in them stays as it is.", "parley hook remove claude", "parley hook remove all --project")
        {
            harness, User, Project, print,
        }.Does(call =>
        {
            var project = Folder(call);
            var plan = Changing.Plan(Chosen(call.Arguments.GetValue(harness)!, static _ => true), (from, one) => from.Remove(one, project));
            if (call.Arguments.GetValue(print))
                Changing.Show(plan, call);
            else
                Changing.Write(plan, "It is not installed.", call);
            return Task.FromResult(ExitCode.Done);
        });
    }

    private static CliCommand Status()
    {
        var harness = new Argument<string>("harness") { Description = "Which harness. Default: all.", DefaultValueFactory = static _ => All };
        harness.OneOf([.. Names, All]);
        return new CliCommand("status", "Shows where Parley is installed, and when each harness last called.", "parley hook status", "parley hook status claude --json")
        {
            harness,
        }.Does(async call =>
        {
            var agents = await AgentsAsync(call);
            var states = new List<HarnessState>();
            foreach (var one in Chosen(call.Arguments.GetValue(harness)!, static _ => true))
                states.Add(await HarnessState.LookAsync(one, ProjectFolder(), agents?.Where(agent => IsOf(agent, one.Name)).Select(Seen).ToList(), call));
            if (call.Terminal.Json)
                call.Terminal.WriteJson(states, OutputJson.Lines.IReadOnlyListHarnessState);
            else
                states.ForEach(state => HarnessStateView.Write(state, call));
            return ExitCode.Done;
        });
    }

    /// <summary>What harnesses call, for the help. A call never comes here: <see cref="HookProgram"/> has done it before.</summary>
    private static CliCommand Called(string verb, string description)
    {
        var harness = new Argument<string>("harness") { Description = "Which harness calls." };
        harness.OneOf([.. HookArguments.Harnesses]);
        var agent = new Option<string?>("--agent") { Description = "The agent that the harness runs. Default: PARLEY_AGENT, or else named after the folder that it works in.", HelpName = "ID" };
        var command = new CliCommand(verb, $"{description} Harnesses call it.", $"parley hook {verb} claude") { harness, agent };
        if (verb == "run")
            command.Options.Add(new Option<bool>("--interrupt") { Description = "Let a message with the surface 'interrupt' refuse a tool." });
        return command.Does(call => throw new CommandException(ExitCode.UsedWrongly, $"'parley hook {verb}' takes --agent, --url, --token, and --project only."));
    }

    private static Argument<string> Harness()
    {
        var harness = new Argument<string>("harness") { Description = $"{OneOfWords.Listed(Names)}; or '{All}' for those that are on this machine." };
        harness.OneOf([.. Names, All]);
        return harness;
    }

    private static IReadOnlyList<InstalledHarness> Chosen(string name, Func<InstalledHarness, bool> ofAll) =>
        [.. InstalledHarness.All.Where(harness => name == All ? ofAll(harness) : harness.Name == name)];

    private static string? Folder(Call call)
    {
        var project = call.Arguments.GetValue(Project);
        if (project && call.Arguments.GetValue(User))
            throw new CommandException(ExitCode.UsedWrongly, "--user and --project exclude each other.");
        return project ? ProjectFolder() : null;
    }

    private static string ProjectFolder() => FolderName.WorkTree(Environment.CurrentDirectory) ?? Environment.CurrentDirectory;

    /// <summary>The server's agents; null if it does not answer: settings can be looked at without it.</summary>
    private static async Task<IReadOnlyList<Agent>?> AgentsAsync(Call call)
    {
        try
        {
            return (await call.Api.Agents.ListAsync(new AgentQuery { Limit = 500 }, call.Cancellation)).Items;
        }
        catch (Exception failure) when (failure is ParleyException or ParleyConfigurationException or CommandException)
        {
            call.Terminal.Note($"No agents are shown: {failure.Message}");
            return null;
        }
    }

    private static bool IsOf(Agent agent, string harness) =>
        agent.Metadata is { ValueKind: System.Text.Json.JsonValueKind.Object } about && about.TryGetProperty("harness", out var known)
        && known.ValueKind == System.Text.Json.JsonValueKind.Object && known.TryGetProperty("name", out var name)
            ? name.ValueEquals(harness) : agent.AgentId.EndsWith($"-{harness}", StringComparison.Ordinal);

    private static HarnessAgent Seen(Agent agent) => new(agent.AgentId, Words.Of(agent.Activity), agent.LastSeen);
}
