using System.CommandLine;
using Parley.Cli.Output;

namespace Parley.Cli.CommandLine;

/// <summary>A command line that makes no sense.</summary>
internal static class Usage
{
    /// <summary>Says what is wrong with it, and where its use is explained.</summary>
    public static int Refuse(ParseResult parsed)
    {
        var command = string.Join(' ', Path(parsed.CommandResult).Reverse());
        var failure = Failure.Usage(parsed.Errors.Select(error => error.Message), command);
        failure.Tell(new Terminal(parsed.GetValue(GlobalOptions.Json)));
        return (int)failure.ExitCode;
    }

    private static IEnumerable<string> Path(System.CommandLine.Parsing.SymbolResult? result)
    {
        for (; result is System.CommandLine.Parsing.CommandResult command; result = command.Parent)
            yield return command.Command is RootCommand ? "parley" : command.Command.Name;
    }
}
