namespace Parley.Cli.CommandLine;

/// <summary>A command cannot do what was requested, for a reason that does not come from a server.</summary>
internal sealed class CommandException(ExitCode exitCode, string message, string? remedy = null, Exception? inner = null)
    : Exception(message, inner)
{
    public ExitCode ExitCode { get; } = exitCode;

    /// <summary>What to do about it.</summary>
    public string? Remedy { get; } = remedy;
}
