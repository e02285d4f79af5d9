using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Parley.Cli.CommandLine;

/// <summary>The usual help, then the command's examples: most people read those first.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    /// <summary>A conversation, one line a terminal.</summary>
    private static readonly string[] OfTheProgram = ["parley serve", "parley watch --as bob", "parley send bob \"The build is red, please look.\" --as ada"];

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        if (ExamplesOf(parseResult.CommandResult.Command) is { Count: > 0 } examples)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in examples)
                output.WriteLine($"  {example}");
            output.WriteLine();
        }

        return code;
    }

    private static IReadOnlyList<string> ExamplesOf(Command command) => command switch
    {
        CliCommand one => one.Examples,
        RootCommand => OfTheProgram,
        _ => [],
    };
}
