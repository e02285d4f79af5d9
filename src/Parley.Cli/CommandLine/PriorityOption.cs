using System.CommandLine;
using System.CommandLine.Parsing;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.CommandLine;

/// <summary><c>--priority</c>, as a word or as a number.</summary>
internal static class PriorityOption
{
    private const string Name = "--priority";

    public static Option<Priority?> Create()
    {
        var option = new Option<Priority?>(Name)
        {
            Description = "The priority, as a word or as 1 to 4; default: normal.",
            HelpName = string.Join('|', Words.All<Priority>()),
            CustomParser = Read,
        };
        option.CompletionSources.Add(Words.All<Priority>());
        return option;
    }

    private static Priority? Read(ArgumentResult result)
    {
        if (result.Tokens.Count == 0)
            return null;

        var text = result.Tokens[0].Value;
        foreach (var priority in Enum.GetValues<Priority>())
        {
            if (text.Equals(Words.Of(priority), StringComparison.OrdinalIgnoreCase) || text == $"{(int)priority}")
                return priority;
        }

        // The usual word in other systems.
        if (text.Equals("urgent", StringComparison.OrdinalIgnoreCase))
            return Priority.Critical;
        result.AddError($"{Name} takes {OneOfWords.Listed([.. Words.All<Priority>(), "1 to 4"])}, not '{text}'.");
        return null;
    }
}
