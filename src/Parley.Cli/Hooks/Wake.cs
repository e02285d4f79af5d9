namespace Parley.Cli.Hooks;

/// <summary>An idle agent that is to take a turn.</summary>
/// <param name="Text">What to say to it: always the same words, never a message's.</param>
/// <param name="Session">The agent's current session in its harness; null if the server does not know it.</param>
internal sealed record Wake(string Id, string Text, string? Session)
{
    private const int LongestText = 300;

    /// <summary>Whether it is for another session of the same agent: this one was superseded, and gets no mail.</summary>
    internal bool IsForAnother(string? session) => Session is not null && session is not null && session != Session;

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
