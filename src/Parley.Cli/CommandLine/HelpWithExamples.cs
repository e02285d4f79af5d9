using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Parley.Cli.CommandLine;

/// <summary>The usual help, then the command's examples: most people read those first. The program's own help explains the options that every
/// command takes; each command's help only names them.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    /// <summary>A conversation, with one line per terminal.</summary>
    private static readonly string[] OfTheProgram = ["parley serve", "parley watch --as bob", "parley send bob \"The build is red, please look.\" --as ada"];

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        var output = parseResult.InvocationConfiguration.Output;
        foreach (var option in GlobalOptions.All)
            option.Hidden = command is not RootCommand;
        var code = usual.Invoke(parseResult);

        if (ExamplesOf(command) is { Count: > 0 } examples)
        {
            output.WriteLine("Examples:");
            foreach (var example in examples)
                output.WriteLine($"  {example}");
            output.WriteLine();
        }

        output.WriteLine(command is RootCommand
            ? "'parley help COMMAND' explains a command. All commands take the options above."
            : $"{string.Join(", ", GlobalOptions.All.Select(option => option.Name))}: as for every command, see 'parley help'.");
        output.WriteLine();
        return code;
    }

    private static IReadOnlyList<string> ExamplesOf(Command command) => command switch
    {
        CliCommand one => one.Examples,
        RootCommand => OfTheProgram,
        _ => [],
    };
}
