namespace Parley.Cli.Hooks;

/// <summary>An idle agent that is to take a turn.</summary>
/// <param name="Text">What to say to it: always the same words, never a message's.</param>
internal sealed record Wake(string Id, string Text)
{
    private const int LongestText = 300;

    /// <summary>The text as one line, whatever the server says.</summary>
    internal string Line
    {
        get
        {
            var line = new string([.. Text.Select(static letter => char.IsControl(letter) ? ' ' : letter)]);
            return line[..Math.Min(line.Length, LongestText)];
        }
    }
}
