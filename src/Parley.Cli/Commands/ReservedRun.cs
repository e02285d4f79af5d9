using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Parley.Cli.CommandLine;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary>A command that runs while paths are held: the reservation is renewed until the command ends, however long that takes.</summary>
internal sealed partial class ReservedRun(Call call, Reservation reservation)
{
    /// <summary>ENOENT, and ERROR_FILE_NOT_FOUND.</summary>
    private const int NoFile = 2;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromMinutes(1);

    /// <returns>The exit code of the command.</returns>
    internal async Task<ExitCode> RunAsync(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false };
        start.Environment["PARLEY_RESERVATION"] = reservation.ReservationId;
        start.Environment["PARLEY_FENCE"] = reservation.Fence.ToString(CultureInfo.InvariantCulture);
        using var process = Start(start);
        // Ctrl-C goes to the command as well, which decides whether it ends. Other signals come only to this process.
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Pass(signal, process, 15));
        using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => Pass(signal, process, 1));
        using var ended = new CancellationTokenSource();
        var renewing = RenewAsync(ended.Token);
        await process.WaitForExitAsync(CancellationToken.None);
        await ended.CancelAsync();
        await renewing;
        return (ExitCode)process.ExitCode;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new CommandException(
                ExitCode.UsedWrongly, missing.NativeErrorCode == NoFile ? $"Cannot find the program '{start.FileName}'." : $"Cannot run '{start.FileName}': {missing.Message}",
                "After --, write a program and its arguments. For a shell's own commands: -- sh -c 'COMMAND'.", missing);
        }
    }

    private static void Pass(PosixSignalContext context, Process process, int number)
    {
        context.Cancel = true;
        if (!OperatingSystem.IsWindows())
            _ = Send(process.Id, number);
    }

    /// <summary>Renews it after each third of its time.</summary>
    private async Task RenewAsync(CancellationToken ended)
    {
        var third = TimeSpan.FromSeconds(reservation.TtlSeconds) / 3;
        var pause = third < ShortestPause ? ShortestPause : third > LongestPause ? LongestPause : third;
        try
        {
            while (true)
            {
                await Task.Delay(pause, call.Time, ended);
                try
                {
                    await call.Api.Reservations.RenewAsync(reservation.ReservationId, ttlSeconds: null, ended);
                }
                catch (ParleyException unanswered) when (unanswered.Retryable)
                {
                    // It may be back before the time is over.
                }
            }
        }
        catch (ParleyException lost)
        {
            call.Terminal.Note($"The paths are no longer reserved, and the command still runs: {lost.Message}");
        }
        catch (OperationCanceledException)
        {
            // The command has ended.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
