using System.CommandLine;
using Parley.Cli.Output;

namespace Parley.Cli.CommandLine;

/// <summary>A command with a sentence that says what it does, and examples to copy.</summary>
internal sealed class CliCommand(string name, string description, params IReadOnlyList<string> examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;

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
