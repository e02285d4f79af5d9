namespace Parley.Cli.CommandLine;

/// <summary>The exit codes for shell scripts. The numbers must not change.</summary>
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
