namespace Parley.Cli.CommandLine;

/// <summary>What a shell script learns from a command; the numbers are a promise.</summary>
internal enum ExitCode
{
    Done = 0,
    Failed = 1,
    UsedWrongly = 2,
    NotFound = 3,
    TimedOut = 4,

    /// <summary>Authentication or permission.</summary>
    Refused = 5,

    /// <summary>No server answers at the address.</summary>
    Unreachable = 6,
    Conflict = 7,
}
