using System.CommandLine;
using Parley.Cli.CommandLine;

namespace Parley.Cli.Commands;

/// <summary><c>parley pause</c> and <c>parley resume</c></summary>
internal static class PauseCommand
{
    private const string Squad = "squad:";

    private static readonly Argument<string?> Target = new("target")
    {
        Description = "An agent's name, or squad:ID.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> All = new("--all") { Description = "The whole project." };

    private static readonly Option<string?> Reason = new("--reason") { Description = "One line that others see.", HelpName = "TEXT" };

    public static Command CreatePause() => new CliCommand(
        "pause", "Pauses an agent, a squad, or the whole project: messages wait, and no tasks are assigned.",
        "parley pause be-1", "parley pause squad:alpha --reason \"The build is broken.\"", "parley pause --all")
    {
        Target, All, Reason,
    }.Does(call => ChangeAsync(call, "Paused", new Change(
        (agent, cancel) => call.Api.Agents.PauseAsync(agent, call.Arguments.GetValue(Reason), cancel),
        (squad, cancel) => call.Api.Squads.PauseAsync(squad, call.Arguments.GetValue(Reason), cancel),
        (project, cancel) => call.Api.Projects.PauseAsync(project, call.Arguments.GetValue(Reason), cancel))));

    public static Command CreateResume() => new CliCommand(
        "resume", "Resumes an agent, a squad, or the whole project, so that waiting messages are delivered.",
        "parley resume be-1", "parley resume squad:alpha", "parley resume --all")
    {
        Target, All,
    }.Does(call => ChangeAsync(call, "Resumed", new Change(call.Api.Agents.ResumeAsync, call.Api.Squads.ResumeAsync, call.Api.Projects.ResumeAsync)));

    private static async Task<ExitCode> ChangeAsync(Call call, string done, Change change)
    {
        var (target, all, cancel) = (call.Arguments.GetValue(Target), call.Arguments.GetValue(All), call.Cancellation);
        if (target is not null == all)
        {
            throw new CommandException(
                ExitCode.UsedWrongly, all ? "Give either a name or --all, not both." : $"{done} what?",
                "Give an agent's name, squad:ID, or --all for the whole project.");
        }

        if (target is null)
        {
            var project = await ProjectAsync(call);
            await change.Project(project, cancel);
            call.Terminal.Note($"{done} project '{project}'.");
        }
        else if (target.StartsWith(Squad, StringComparison.Ordinal))
        {
            await change.Squad(target[Squad.Length..], cancel);
            call.Terminal.Note($"{done} squad '{target[Squad.Length..]}'.");
        }
        else
        {
            await change.Agent(target, cancel);
            call.Terminal.Note($"{done} '{target}'.");
        }

        return ExitCode.Done;
    }

    /// <summary>The project that is meant: the one that was named, the only one that the token can access, or the default one.</summary>
    private static async Task<string> ProjectAsync(Call call) => call.Project
        ?? ((await call.Api.Projects.ListAsync(limit: 2, after: null, call.Cancellation)).Items is [var only] ? only.ProjectId : "default");

    private sealed record Change(
        Func<string, CancellationToken, Task> Agent, Func<string, CancellationToken, Task> Squad, Func<string, CancellationToken, Task> Project);
}
