using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Demo;

namespace Parley.Cli.Commands;

/// <summary><c>parley demo squad|stream</c></summary>
internal static class DemoCommand
{
    public static Command Create() => new CliCommand("demo",
        "Plays a small squad of agents that talk, on your server, through the public interface.")
    {
        Play("squad",
            "Seven messages, half a second apart: a stand-up, two assignments, a question, an answer, thanks.",
            SquadScript.Script),
        Play("stream",
            "Eleven messages at the pace of people, typed out, from stand-up to completion; says first what to watch.",
            StreamScript.Script),
    };

    private static CliCommand Play(string name, string description, DemoScript script)
    {
        var fast = new Option<bool>("--fast") { Description = "Without pauses, nothing typed out." };
        return new CliCommand(name, description, $"parley demo {name}", $"parley demo {name} --fast --json") { fast }.Does(async call =>
        {
            var player = new DemoPlayer(call.Api, call.Options, new DemoStage(call.Terminal, call.Time), call.Arguments.GetValue(fast));
            await player.PlayAsync(script, call.Cancellation);
            return ExitCode.Done;
        });
    }
}
