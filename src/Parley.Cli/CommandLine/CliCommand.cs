using System.CommandLine;
using Parley.Cli.Output;

namespace Parley.Cli.CommandLine;

/// <summary>A command with a sentence that says what it does, and examples to copy.</summary>
internal sealed class CliCommand(string name, string description, params IReadOnlyList<string> examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>How long it may take to end after Ctrl-C or SIGTERM, before the process is ended. A server has 10 s to shut down properly; most other
    /// commands end at once.</summary>
    public TimeSpan TimeToEnd { get; private set; } = TimeSpan.FromSeconds(15);

    /// <summary>For a command that runs another program, which may not end for Ctrl-C: the process then stays until that program has ended.</summary>
    public CliCommand WaitsForItsProgram()
    {
        TimeToEnd = Timeout.InfiniteTimeSpan;
        return this;
    }

    /// <summary>Sets what the command does. <see cref="Failure"/> turns everything that goes wrong into an exit code and a message.</summary>
    public CliCommand Does(Func<Call, Task<ExitCode>> action)
    {
        SetAction(async (parsed, cancellationToken) =>
        {
            await using var call = new Call(parsed, TimeProvider.System, cancellationToken);
            try
            {
                return (int)await action(call);
            }
            catch (IOException gone) when (gone.HResult == StandardOutput.NobodyReads)
            {
                // The reader, such as 'head', has seen enough. That is not a failure, and there is nothing to report.
                return (int)ExitCode.Done;
            }
            catch (Exception failure) when (Failure.Of(failure, cancellationToken) is { } known)
            {
                known.Tell(call.Terminal);
                return (int)known.ExitCode;
            }
            catch (Exception bug)
            {
                var unforeseen = Failure.Unforeseen(bug);
                unforeseen.Tell(call.Terminal);
                return (int)unforeseen.ExitCode;
            }
        });
        return this;
    }
}
