using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Parley.EndToEnd.Tests.Durability;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary><c>parley reserve</c> in a real repository, with real commands, signals, and kills.</summary>
public sealed class ReserveTests(RunningServer server) : IClassFixture<RunningServer>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly GitFolder _git = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _git.Dispose();

    [Fact]
    public async Task A_command_runs_while_its_paths_are_held_and_its_exit_code_is_that_of_reserve()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command is one of a shell.");
        var ran = await RunAsync("reserve", "runs/**", "--as", "run-1", "--", "sh", "-c", "echo $PARLEY_RESERVATION $PARLEY_FENCE; exit 9");

        Assert.True(ran.ExitCode == 9, ran.Error);
        var said = Assert.Single(ran.Lines).Split(' ');
        var all = JsonSerializer.Deserialize((await server.RunAsync("reservations", "list", "--all", "--agent", "run-1", "--json")).Output, WireJson.Lenient.PageReservation)!.Items;
        var ended = Assert.Single(all);
        Assert.Equal((said[0], said[1], ReservationStatus.Released), (ended.ReservationId, ended.Fence.ToString(CultureInfo.InvariantCulture), ended.Status));
    }

    [Fact]
    public async Task What_another_holds_is_refused_with_exit_code_7_and_who_holds_it()
    {
        Assert.Equal(0, (await RunAsync("reserve", "held/**/*.cs", "--as", "held-1")).ExitCode);
        var refused = await RunAsync("reserve", "held/a/*.c?", "--as", "held-2");
        Assert.Equal((7, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("is held by 'held-1' until", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_are_those_from_the_root_whatever_the_folder()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_git.Folder, "app", "[id]")).FullName;
        var made = await InAsync(folder, "reserve", "page.tsx", "*.ts", "../x/", ":/docs", Path.Combine(_git.Folder, "app", "y"), "--as", "root-1", "--json");
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Equal(["app/[id]/page.tsx", "app/\\[id]/*.ts", "app/x/", "docs", "app/y"], JsonSerializer.Deserialize(made.Output, WireJson.Lenient.Reservation)!.Paths);
    }

    [Theory]
    [InlineData("is outside of the repository", "../x")]
    [InlineData("is outside of the repository", "/etc/passwd")]
    [InlineData("goes up from a wildcard", "*/../x")]
    [InlineData("write ** for the whole repository", "")]
    [InlineData("write / between folders", "src\\login")]
    [InlineData("No path was given before the --", "--", "ls")]
    [InlineData("Cannot find the program 'no-such-program'", "free", "--", "no-such-program")]
    [InlineData("--ttl takes a whole number from 1 to 86400", "free", "--ttl", "0")]
    public async Task A_mistake_is_named_with_what_to_write(string reason, params string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A backslash is a slash there.");
        var run = await RunAsync(["reserve", "--as", "mistake-1", .. arguments]);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.Empty(JsonSerializer.Deserialize((await server.RunAsync("reservations", "list", "--agent", "mistake-1", "--json")).Output, WireJson.Lenient.PageReservation)!.Items);
    }

    [Fact]
    public async Task After_a_kill_of_the_holder_the_next_has_its_turn_and_a_kill_of_the_server_does_not_end_the_wait()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command is one of a shell.");
        using var holder = Start("reserve", "killed", "--ttl", "5", "--as", "killed-1", "--", "sh", "-c", "echo held; exec cat");
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(Cancel));
        using var waits = Start("reserve", "killed/x", "--wait", "--as", "killed-2", "--", "echo", "my turn");
        Assert.StartsWith("Registered agent", await waits.StandardError.ReadLineAsync(Cancel), StringComparison.Ordinal);
        Assert.StartsWith("Waiting for others", await waits.StandardError.ReadLineAsync(Cancel), StringComparison.Ordinal);

        await server.RestartAsync();
        holder.Kill();
        holder.StandardInput.Close();

        Assert.Equal("my turn", await waits.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(Patience, Cancel));
        await waits.WaitForExitAsync(Cancel);
        Assert.Equal(0, waits.ExitCode);
    }

    [Theory]
    [InlineData("TERM", 9)]
    [InlineData("HUP", 8)]
    public async Task A_signal_reaches_the_command_and_the_paths_are_released_when_it_ends(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals.");
        using var run = StartHearing(signal, "reserve", $"signal/{signal}", "--as", $"signal-{signal}", "--", "sh", "-c", "trap 'echo signaled; exit 9' TERM; trap 'echo signaled; exit 8' HUP; echo held; while read -r line; do :; done");
        Assert.Equal("held", await run.StandardOutput.ReadLineAsync(Cancel));
        using (var kill = Process.Start("sh", ["-c", $"kill -{signal} {run.Id}"]))
            await kill.WaitForExitAsync(Cancel);

        await FeedAsync(run, until: run.StandardOutput.ReadLineAsync(Cancel).AsTask()).WaitAsync(Patience, Cancel);
        await run.WaitForExitAsync(Cancel).WaitAsync(Patience, Cancel);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal(0, (await RunAsync("reserve", $"signal/{signal}", "--as", "signal-2")).ExitCode);
    }

    /// <summary>A program that has the terminal, such as an agent, often does something else with Ctrl-C than to end.</summary>
    [Fact]
    public async Task Ctrl_C_is_the_commands_own()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals.");
        using var run = Start("reserve", "ctrl-c", "--as", "ctrl-1", "--", "sh", "-c", "echo held; read -r line; echo got $line");
        Assert.Equal("held", await run.StandardOutput.ReadLineAsync(Cancel));
        using (var kill = Process.Start("sh", ["-c", $"kill -INT {run.Id}"]))
            await kill.WaitForExitAsync(Cancel);

        Assert.Equal(7, (await RunAsync("reserve", "ctrl-c", "--as", "ctrl-2")).ExitCode);
        await run.StandardInput.WriteLineAsync("a line");
        Assert.Equal("got a line", await run.StandardOutput.ReadLineAsync(Cancel));
        await run.WaitForExitAsync(Cancel).WaitAsync(Patience, Cancel);
        Assert.Equal(0, run.ExitCode);
    }

    /// <summary>Some shells handle a signal only when they have read a line.</summary>
    private static async Task FeedAsync(Process run, Task<string?> until)
    {
        while (!until.IsCompleted)
        {
            try
            {
                await run.StandardInput.WriteLineAsync("a line");
            }
            catch (IOException)
            {
                // It has ended.
            }

            await Task.WhenAny(until, Until.NextAttemptAsync(Cancel));
        }

        Assert.Equal("signaled", await until);
    }

    private Task<CliRun> RunAsync(params string[] arguments) => InAsync(_git.Folder, arguments);

    private Task<CliRun> InAsync(string folder, params string[] arguments)
    {
        var start = Binary.Command(server.Environment, arguments);
        start.WorkingDirectory = folder;
        return Binary.RunAsync(start, Cancel);
    }

    /// <summary>Starts it so that it gets a signal even if these tests run under nohup: a signal that is ignored stays so in all children.</summary>
    private Process StartHearing(string signal, params string[] arguments)
    {
        var start = Binary.Command(server.Environment, arguments);
        start.WorkingDirectory = _git.Folder;
        string[] heard = [$"--default-signal={signal}", start.FileName, .. start.ArgumentList];
        start.FileName = "env";
        start.ArgumentList.Clear();
        foreach (var argument in heard)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private Process Start(params string[] arguments)
    {
        var start = Binary.Command(server.Environment, arguments);
        start.WorkingDirectory = _git.Folder;
        return Process.Start(start)!;
    }
}
