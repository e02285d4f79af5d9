using Parley.Cli.CommandLine;
using Parley.Server.ExportImport;
using Parley.Server.Settings;

namespace Parley.Cli.ExportImport;

/// <summary>Turns a move's refusals into the command's, and shows its progress.</summary>
internal static class MoveCall
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);

    /// <exception cref="CommandException">The move was refused.</exception>
    public static async Task<T> RunAsync<T>(Func<Task<T>> move)
    {
        try
        {
            return await move();
        }
        catch (TransferRefusedException refused)
        {
            throw new CommandException(ExitCodeOf(refused.Why), refused.Message, remedy: null, refused);
        }
        catch (StartRefusedException refused)
        {
            throw new CommandException(ExitCode.Failed, refused.Message, remedy: null, refused);
        }
    }

    /// <summary>Reports the progress every two seconds on standard error; never with <c>--json</c>.</summary>
    public static Action<long>? Progress(Call call, string what)
    {
        if (call.Terminal.Json)
            return null;
        var last = call.Time.GetTimestamp();
        return lines =>
        {
            if (call.Time.GetElapsedTime(last) < Step)
                return;
            last = call.Time.GetTimestamp();
            call.Terminal.Note($"{what} {lines:N0} lines ...");
        };
    }

    private static ExitCode ExitCodeOf(TransferRefusal why) => why switch
    {
        TransferRefusal.NotFound => ExitCode.NotFound,
        TransferRefusal.Conflict => ExitCode.Conflict,
        TransferRefusal.Unsupported => ExitCode.UsedWrongly,
        _ => ExitCode.Failed,
    };
}
