using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Demo;

namespace Parley.Cli.Commands;

/// <summary><c>parley demo squad|stream</c></summary>
internal static class DemoCommand
{
    public static Command Create() => new CliCommand("demo",
        "Plays a conversation among a small squad of agents on your server, through the public API.")
    {
        Play("squad",
            "Seven messages, half a second apart: a stand-up, two assignments, a question, an answer, thanks. The assignments are tasks, checked off when completed.",
            SquadScript.Script),
        Play("stream",
            "Eleven messages at a human pace, typed out, from stand-up to completion. First says what to watch.",
            StreamScript.Script),
    };

    private static CliCommand Play(string name, string description, DemoScript script)
    {
        var fast = new Option<bool>("--fast") { Description = "Skip the pauses and the typing." };
        return new CliCommand(name, description, $"parley demo {name}", $"parley demo {name} --fast --json") { fast }.Does(async call =>
        {
            var player = new DemoPlayer(call.Api, call.Options, new DemoStage(call.Terminal, call.Time), call.Arguments.GetValue(fast));
            await player.PlayAsync(script, call.Cancellation);
            return ExitCode.Done;
        });
    }
}
