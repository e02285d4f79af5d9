using System.CommandLine;
using Parley.Cli.Output;

namespace Parley.Cli.CommandLine;

/// <summary>A command with a sentence that says what it is for, and examples that can be pasted.</summary>
internal sealed class CliCommand(string name, string description, params IReadOnlyList<string> examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>What the command does. Whatever goes wrong in it becomes an exit code and a message in one place, <see cref="Failure"/>.</summary>
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
                // Whoever reads has seen enough, as 'head' does: no failure, and nothing to be said.
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
