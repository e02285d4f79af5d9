using System.CommandLine;
using System.CommandLine.Parsing;
using Parley.Cli.Output;
using Parley.Server.Wire;

namespace Parley.Cli.CommandLine;

/// <summary>Handles command lines that are invalid.</summary>
internal static class Usage
{
    /// <summary>Says what is wrong and where the usage is explained. For an incomplete command, prints its help.</summary>
    public static int Refuse(ParseResult parsed)
    {
        var terminal = new Terminal(parsed.GetValue(GlobalOptions.Json));
        var names = string.Join(' ', Path(parsed.CommandResult).Reverse());
        var group = parsed.CommandResult.Command.Subcommands.Count > 0;
        var isUnfinished = group && parsed.UnmatchedTokens.Count == 0 && parsed.Errors.All(error => error.SymbolResult is CommandResult);
        if (isUnfinished && !terminal.Json)
        {
            // Parses the same arguments with '--help', so that only the help option prints help.
            parsed.RootCommandResult.Command.Parse([.. parsed.Tokens.Select(token => token.Value), "--help"])
                .Invoke(new InvocationConfiguration { Output = Console.Error });
            return (int)ExitCode.UsedWrongly;
        }

        // For an unknown command, the library also reports that a command is missing. One error is enough.
        var reasons = group && parsed.UnmatchedTokens.Count > 0
            ? [NoCommand(parsed.UnmatchedTokens[0], parsed.CommandResult.Command, names)]
            : parsed.Errors.Select(Reason).Distinct();
        var failure = Failure.Usage(reasons, names);
        failure.Tell(terminal);
        return (int)failure.ExitCode;
    }

    /// <summary>Says that a group has no such command, and suggests the one that was probably meant.</summary>
    public static string NoCommand(string word, Command group, string name)
    {
        var near = DidYouMean.To(word, group.Subcommands.Select(command => command.Name));
        return $"'{word}' is not a command of '{name}'.{(near is null ? "" : $" Did you mean '{near}'?")}";
    }

    private static string Reason(ParseError error) => error.SymbolResult switch
    {
        OptionResult { Implicit: false, Tokens.Count: 0 } option => NeedsValue(option.Option),
        ArgumentResult { Tokens.Count: 0, Parent: OptionResult { Implicit: false } option } => NeedsValue(option.Option),
        ArgumentResult { Tokens.Count: 0, Parent: CommandResult, Argument: var argument } => $"<{argument.Name}> is missing. {argument.Description}",
        _ => error.Message,
    };

    private static string NeedsValue(Option option) => $"{option.Name} needs a value{(option.HelpName is { } value ? $": {option.Name} {value}" : "")}.";

    private static IEnumerable<string> Path(SymbolResult? result)
    {
        for (; result is CommandResult command; result = command.Parent)
            yield return command.Command is RootCommand ? "parley" : command.Command.Name;
    }
}
