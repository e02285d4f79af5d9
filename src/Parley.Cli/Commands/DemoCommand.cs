using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Demo;

namespace Parley.Cli.Commands;

/// <summary><c>parley demo squad|stream|team</c></summary>
internal static class DemoCommand
{
    public static Command Create() => new CliCommand("demo",
        "Plays conversations among agents on your server, through the public API.")
    {
        Play("squad",
            "Seven messages, half a second apart: a stand-up, two assignments, a question, an answer, thanks. The assignments are tasks, checked off when completed.",
            SquadScript.Script),
        Play("stream",
            "Eleven messages at a human pace, typed out, from stand-up to completion. First says what to watch.",
            StreamScript.Script),
        Team(),
    };

    private static CliCommand Team()
    {
        var fast = Fast();
        return new CliCommand("team",
            "Five agents take a small project from plan to done: a workflow, shared memory, a file that two of them want, a task, a question to you, and a storm that is stopped.",
            "parley demo team", "parley demo team --fast") { fast }.Does(async call =>
        {
            var pace = new DemoPace(call.Arguments.GetValue(fast), call.Time);
            var stage = new DemoStage(call.Terminal, call.Time);
            await TeamStory.PlayAsync(call.Api, call.Options, stage, new DemoPerson(call.Terminal), pace, call.Cancellation);
            return ExitCode.Done;
        });
    }

    private static Option<bool> Fast() => new("--fast") { Description = "Skip the pauses and the typing." };

    private static CliCommand Play(string name, string description, DemoScript script)
    {
        var fast = Fast();
        return new CliCommand(name, description, $"parley demo {name}", $"parley demo {name} --fast --json") { fast }.Does(async call =>
        {
            var player = new DemoPlayer(call.Api, call.Options, new DemoStage(call.Terminal, call.Time), call.Arguments.GetValue(fast));
            await player.PlayAsync(script, call.Cancellation);
            return ExitCode.Done;
        });
    }
}
