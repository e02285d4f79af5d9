using Parley.Cli.CommandLine;
using Parley.Cli.Harnesses;
using Parley.Cli.Output;
using Spectre.Console;

namespace Parley.Cli.Commands;

/// <summary>What is known of a harness, for people.</summary>
internal static class HarnessStateView
{
    private const int MostAgents = 5;

    internal static void Write(HarnessState state, Call call)
    {
        var version = state.Path is null ? "not on the PATH" : state.Version ?? "version unknown";
        call.Terminal.Text.MarkupLine($"[bold]{PlainText.Escape(state.Harness)}[/]  {PlainText.Escape(version)}  [grey](checked with {state.CheckedWith})[/]");
        Line("user", Text(state.User), call);
        Line("project", Text(state.Project), call);
        if (state.MissingProgram is { } missing)
            Line("program", $"'{missing}' does not exist, so its hooks do nothing: run 'parley hook install {state.Harness}' again", call);
        foreach (var agent in (state.Agents ?? []).OrderByDescending(static agent => agent.LastSeen).Take(MostAgents))
            Line("agent", $"{agent.AgentId}, {agent.Activity}, last seen {(agent.LastSeen is { } at ? Listing.Since(at, call.Time) : "never")}", call);
    }

    private static void Line(string name, string text, Call call) => call.Terminal.Text.MarkupLine($"  [grey]{name,-8}[/] {PlainText.Escape(text)}");

    private static string Text(InstalledAt place) => place.Installed switch
    {
        Installed.Yes => $"installed in {string.Join(", ", place.Files)}",
        Installed.Differently => $"installed in part, or with other options, in {string.Join(", ", place.Files)}",
        Installed.Unknown => place.Problem!,
        _ => "not installed",
    };
}
