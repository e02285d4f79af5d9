using System.CommandLine;
using System.CommandLine.Completions;
using Parley.Cli.CommandLine;

namespace Parley.Cli.Commands;

/// <summary><c>parley help [COMMAND]</c>: the same as <c>--help</c>, for those who expect a command.</summary>
internal static class HelpCommand
{
    public static Command Create(RootCommand root)
    {
        var words = new Argument<string[]>("command")
        {
            Description = "The command, as in 'token create'; if omitted, all of them.",
            HelpName = "command",
            Arity = ArgumentArity.ZeroOrMore,
        };
        words.CompletionSources.Add(_ => root.Subcommands.Select(command => new CompletionItem(command.Name)));

        return new CliCommand("help", "Explains parley, or one of its commands.", "parley help", "parley help send", "parley help token create")
        {
            words,
        }.Does(async call =>
        {
            string[] named = call.Arguments.GetValue(words) ?? [];
            Command command = root;
            foreach (var word in named)
            {
                command = command.Subcommands.FirstOrDefault(one => one.Name == word)
                    ?? throw new CommandException(ExitCode.UsedWrongly, Usage.NoCommand(word, command, command is RootCommand ? "parley" : command.Name), "'parley help' lists the commands.");
            }

            return (ExitCode)await root.Parse([.. named, "--help"]).InvokeAsync(configuration: null, call.Cancellation);
        });
    }
}
